"""A reader's own radar recording from a CSV file of `amplitude,distance` or `amplitude,distance,label`."""

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lstm_ref.messages import _

COLUMNS = ("amplitude", "distance")
OPTIONAL = "label"


class RadarRecording(NamedTuple):
    """One recording, as `load_radar_csv` reads it."""

    xs: np.ndarray  # (T, 2) float64: amplitude and distance of each step, in the file's units
    labels: tuple[str, ...] | None  # T texts, or None where the file has no such column


def load_radar_csv(path: str | Path) -> RadarRecording:
    """Read a recording. The first line names the columns, in any order; then one step a line; numbers with a point.

    Text is UTF-8, with or without a byte order mark; blank lines at the end do not count. Raises ValueError that says
    which line and column, what was read and what was expected; OSError where the file cannot be opened.
    """
    path = Path(path)
    lines = _lines(path)
    header_line, header = next(lines, (0, None))
    if header is None:
        raise ValueError(
            _("{file} is empty; expected a first line {expected}").format(file=path, expected=",".join(COLUMNS))
        )
    names = _column_names(path, header_line, header)
    rows, labels = [], []
    for line, fields in lines:
        if len(fields) != len(names):
            raise _ragged(path, line, fields, names)
        row = dict(zip(names, fields, strict=True))
        rows.append([_number(path, line, name, row[name]) for name in COLUMNS])
        labels.append(row.get(OPTIONAL, "").strip())
        if OPTIONAL in row and not labels[-1]:
            raise _refused(path, line, _("column label is empty; expected a text or a number"))
    if not rows:
        raise ValueError(_("{file} has a first line and no steps below it").format(file=path))
    return RadarRecording(np.array(rows, dtype=np.float64), tuple(labels) if OPTIONAL in names else None)


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line number, fields) of every line, blank ones at the end left out."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    blank = 0
    try:
        for fields in reader:
            if not any(field.strip() for field in fields):
                blank = blank or reader.line_num
                continue
            if blank:
                raise _refused(path, blank, _("the line is blank, and others follow; expected a step on each line"))
            yield reader.line_num, fields
    except csv.Error as error:
        raise _refused(path, reader.line_num, _("not readable as CSV: {error}").format(error=error)) from error


def _text(path: Path) -> str:
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError(_("{file} is encoded as UTF-16; expected UTF-8. Save it again, as UTF-8").format(file=path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refused(
            path,
            line,
            _("byte 0x{byte:02x} is not UTF-8. Save the file again, as UTF-8").format(byte=data[error.start]),
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _refused(path, line, _("there is a zero byte; expected text. Is this a CSV file?"))
    return text


def _column_names(path: Path, line: int, header: list[str]) -> list[str]:
    names = [name.strip().lower() for name in header]
    wrong = ""
    if all(_is_number(name) for name in names):
        wrong = _("{got} are numbers, not the names of columns").format(got=",".join(header))
    elif ";" in "".join(names):
        wrong = _("columns are separated by ;, not by commas")
    elif "\t" in "".join(names):
        wrong = _("columns are separated by tabs, not by commas")
    for name in names if not wrong else ():
        if name not in (*COLUMNS, OPTIONAL):
            wrong = wrong or _("there is a column {got!r}").format(got=name)
        elif names.count(name) > 1:
            wrong = wrong or _("the column {got} is there twice").format(got=name)
    for name in COLUMNS if not wrong else ():
        if name not in names:
            wrong = wrong or _("the column {name} is missing").format(name=name)
    if wrong:
        raise _refused(path, line, wrong + _("; expected amplitude,distance or amplitude,distance,label"))
    return names


def _ragged(path: Path, line: int, fields: list[str], names: list[str]) -> ValueError:
    text = _("there are {got} fields, {fields}; expected {count}, {names}").format(
        got=len(fields), fields=",".join(fields), count=len(names), names=",".join(names)
    )
    whole = [field.strip().lstrip("+-").isdigit() for field in fields]
    if len(fields) == len(names) + len(COLUMNS) and sum(whole) >= 2 * len(COLUMNS):
        text += _(". It looks as if numbers had decimal commas: write 0.5, not 0,5")
    elif fields and ";" in "".join(fields):
        text += _(". Columns are separated by commas, not by ;")
    return _refused(path, line, text)


def _number(path: Path, line: int, column: str, text: str) -> float:
    got = text.strip()
    wrong = ""
    if not got:
        wrong = _("column {column} is empty; expected a number")
    elif not _is_number(got) and _is_number(got.replace(",", ".", 1)):
        wrong = _("column {column} holds {got!r}, with a decimal comma; expected a point: {point}")
    elif not _is_number(got):
        wrong = _("column {column} holds {got!r}; expected a number")
    elif not math.isfinite(float(got)):
        wrong = _("column {column} holds {got}; expected a finite number")
    elif column == "distance" and float(got) < 0:
        wrong = _("column {column} holds {got}; expected at least 0")
    if wrong:
        raise _refused(path, line, wrong.format(column=column, got=got, point=got.replace(",", ".", 1)))
    return float(got)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text  # Python reads 1_000 as a thousand; a measuring instrument does not write that


def _refused(path: Path, line: int, reason: str) -> ValueError:
    return ValueError(_("{file}, line {line}: {reason}").format(file=path, line=line, reason=reason))
