"""Open what students pack: a ZIP archive with a notebook in it, or one notebook that was compressed.

An archive without a notebook, such as the data of an exercise, stays the file that it is.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator

from autograding.intake.notebook import LARGEST_FILE

ZIPPED, GZIPPED = b"PK\3\4", b"\x1f\x8b"
# Of others the decompression takes memory that nobody can foresee, and no student's program makes them by itself.
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError, NotImplementedError, RuntimeError)

Entry = tuple[tuple[str, ...], int, Callable[[], bytes]]  # a path, a size that it does not exceed, and how to read it


def entries(name: str, content: bytes, is_notebook: Callable[[str], bool], most: int) -> list[Entry]:
    """The files packed in the file called `name`, at most so many; none where it is to stay as it is.

    To read one raises `ValueError` where it is damaged, or behind a password.
    """
    if content.startswith(GZIPPED) and is_notebook(inner := name.removesuffix(".gz")):
        return [((inner,), LARGEST_FILE, lambda: _gunzipped(content))]
    if not content.startswith(ZIPPED) or not (name.lower().endswith(".zip") or is_notebook(name)):
        return []
    if content.count(b"PK\1\2") > most:  # each entry of its list begins so: looked at before the list is made
        return []
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _DAMAGE:
        return []
    found = list(_files(archive))
    return found if any(is_notebook(path[-1]) for path, _size, _read in found) else []


def _gunzipped(content):
    try:
        return zlib.decompressobj(wbits=31).decompress(content, LARGEST_FILE)
    except zlib.error as error:
        raise ValueError(str(error)) from error


def _files(archive) -> Iterator[Entry]:
    for info in archive.infolist():
        # Windows writes the other slash, and some programs a drive or a way upwards.
        path = tuple(part for part in info.filename.replace("\\", "/").split("/") if part.strip(". "))
        if path and not info.is_dir():
            yield path, info.file_size, lambda info=info: _unzipped(archive, info)


def _unzipped(archive, info):
    if info.compress_type not in _METHODS:
        raise ValueError(f"compression {info.compress_type}")
    try:
        with archive.open(info) as file:
            return file.read(info.file_size)  # without a number it would unpack everything, whatever the size says
    except _DAMAGE as error:
        raise ValueError(str(error)) from error
