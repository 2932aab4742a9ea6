"""Pictures that lie beside a notebook, or are pasted into it, as addresses that a page can hold."""

import base64
import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from autograding.beneath import Place

# What a browser shows without running it, the best first; each known by its first bytes, whatever its name says.
PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")
# Where a text names a picture: in HTML, in Markdown, in the list of Markdown's links.
_NAMES = re.compile(
    r"""src\s*=\s*(?:"([^"]{1,300})"|'([^']{1,300})'|([^\s"'>]{1,300}))"""
    r"""|\]\(\s*(?:<([^<>\n]{1,300})>|([^\s<>]{1,300}?)(?=[\s)]))"""
    r"""|^\ {0,3}\[[^\]\n]{1,100}\]:\s*<?([^\s<>]{1,300})""",
    re.MULTILINE | re.IGNORECASE,
)
PASTED = "attachment:"
# Some editors write a pasted picture into the text itself.
_EMBEDDED = re.compile(r"data:image/(?:png|jpe?g|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=]{100,}")


def plain_name(address: str) -> str:
    """The name by which a picture is looked up, however a text spells it."""
    return unquote(html.unescape(address)).removeprefix("./")


def named_in(text: str) -> Iterator[str]:
    """The names of files that a text shows as pictures, each once."""
    found = (plain_name(next(filter(None, match.groups()))) for match in _NAMES.finditer(text))
    yield from dict.fromkeys(name for name in found if name.lower().endswith(_ENDINGS))


def beside(folder: Path, name: str, most: int) -> str:
    """The address of a picture in the folder, or below it; empty if there is none of at most so many letters.

    No link is followed, and nothing outside of the folder is looked at.
    """
    *folders, last = name.split("/")
    if not last or {"", ".", ".."}.intersection(folders) or re.search(r"[\0\\:]", name):
        return ""
    try:
        with Place(folder, tuple(folders)).opened() as place:
            content = place.content(last, most * 3 // 4)
    except (OSError, UnicodeEncodeError):  # it is not there, no file, too large: a page without it is still a page
        return ""
    kind = _kind(content)
    return f"data:{kind};base64,{base64.b64encode(content).decode()}" if kind else ""


def taken_out(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The text with a short name in the place of each picture that stands in it; and these: (name, address)."""
    names: dict[str, str] = {}

    def name(found):
        return names.setdefault(found[0], f"{PASTED}in-the-text-{len(names)}")

    text = _EMBEDDED.sub(name, text)
    return text, tuple((name, address.replace("image/jpg;", "image/jpeg;")) for address, name in names.items())


def pasted(forms: Mapping[str, object], most: int) -> str:
    """The address of a picture that a cell carries with it, by its types; empty if there is none that can be shown."""
    for kind in PICTURES:
        picture = forms.get(kind, "")
        if isinstance(picture, str) and kind == "image/svg+xml" and picture.lstrip().startswith("<"):
            picture = base64.b64encode(picture.encode("utf-8", "replace")).decode()
        if isinstance(picture, str) and _BASE64.fullmatch(picture) and len(picture) <= most:
            return f"data:{kind};base64,{picture}"
    return ""


def _kind(content):
    beginnings = {b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
    for beginning, kind in beginnings.items():
        if content.startswith(beginning):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/svg+xml" if b"<svg" in content[:5000] else ""
