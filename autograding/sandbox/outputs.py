"""A cell's outputs, built from a stranger's messages: only what a notebook file can hold, up to a size.

What is kept must not be able to hurt whoever reads it next: nbformat, nbgrader, nbconvert and the pages walk through it
by recursion, and take some time for each output.
"""

import json
import math
import re

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_output

from autograding.messages import _

# A kernel is stopped when it sends this many times its limit. An honest kernel cuts its own outputs.
PATIENCE = 4
LONGEST_ERROR = 20_000
# Of one output: lists and dicts in each other, and values in all.
DEEPEST = 40
MOST_VALUES = 100_000
# Of one cell. Text that follows text of the same stream is one output.
MOST_OUTPUTS = 1000
# What these count for besides their text: it takes time to read them, a notebook file has a line for each value, and
# nbformat makes an object of 2 KB of each dict.
MESSAGE, OUTPUT, DICT, LIST, VALUE = 40, 400, 100, 20, 8


class Outputs:
    """The outputs of one cell: `take` each message, then read `list`."""

    def __init__(self, most: int):
        self.most = self.left = most
        self.refused = 0
        self.limit = PATIENCE * most + 65536
        self._kept: list[NotebookNode] = []
        self._text: list[str] = []  # of the last output, where that is a stream
        self._said: set[str] = set()
        self._clear_next = False
        self._shown: dict[str, NotebookNode] = {}

    @property
    def list(self) -> list[NotebookNode]:
        """The outputs so far."""
        if self._text:
            self._kept[-1].text += "".join(self._text)
            self._text = []
        return self._kept

    def take(self, message: dict) -> bool:
        """Add one message, or drop it. Returns False if the kernel sends far too much."""
        reader = _Reader()
        try:
            message = reader.clean(message, 0)
        except _TooMuch:
            message, reader.size = {"is": "unfit"}, len(json.dumps(message))
        size = MESSAGE + reader.size
        if size > self.left or len(self._kept) >= MOST_OUTPUTS:
            if self.left > 0 or message.get("is") == "cut":
                self.left = 0
                self._say_cut()
            self.refused += size
            return self.refused <= self.limit
        self.left -= size
        before = len(self._kept)
        self._add(message)
        self.left -= OUTPUT * (len(self._kept) > before)
        return True

    @property
    def size(self) -> int:
        """The bytes that were added."""
        return self.most - self.left

    def _say_cut(self):
        self._say(_("[The rest of this cell's output was too long and is left out.]\n"))

    def _say(self, sentence):
        if sentence not in self._said:
            self._said.add(sentence)
            self._keep(new_output("stream", name="stderr", text=sentence))

    def _keep(self, output):
        self.list.append(output)

    def _clear(self):
        self.list.clear()
        self._said.clear()

    def _add(self, message):
        match message:
            case {"is": "clear", "wait": wait}:
                self._clear_next = bool(wait)
                if not wait:
                    self._clear()
            case {"is": "cut"}:
                self._say_cut()
            case {"is": "unfit"}:
                self._say_unfit()
            case {"is": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
                self._clear_if_asked()
                last = self._kept[-1] if self._kept else None
                if last is not None and last.output_type == "stream" and last.name == name:
                    self._text.append(text)  # put together in the end: each time, it would be copied
                else:
                    self._keep(new_output("stream", name=name, text=text))
            case {"is": "display", "data": dict(data), "metadata": dict(metadata)}:
                self._display(data, metadata, message.get("display_id"), bool(message.get("update")))
            case {"is": "result", "data": dict(data), "metadata": dict(metadata), "count": count}:
                self._clear_if_asked()
                self._keep_shown("execute_result", data, metadata, execution_count=_count(count))
            case {"is": "error", "ename": str(name), "evalue": str(value), "traceback": [*lines]}:
                self._clear_if_asked()
                texts = [line for line in lines if isinstance(line, str)]
                value = value[:LONGEST_ERROR]
                self._keep(new_output("error", ename=name[:200], evalue=value, traceback=texts))
            case _other:
                pass  # not a message of a kernel: a cell wrote it into the channel

    def _say_unfit(self):
        self._say(
            _("[An output of this cell is left out: a page cannot show what has so many parts or such a type.]\n")
        )

    def _keep_shown(self, kind, data, metadata, **others):
        if not _showable(data):
            self._say_unfit()
            return None
        output = new_output(kind, data=data, metadata=from_dict(metadata), **others)
        self._keep(output)
        return output

    def _display(self, data, metadata, name, update):
        shown = self._shown.get(name) if isinstance(name, str) else None
        if update:
            if shown is not None and _showable(data):
                shown.data, shown.metadata = from_dict(data), from_dict(metadata)
            return
        self._clear_if_asked()
        output = self._keep_shown("display_data", data, metadata)
        if output is not None and isinstance(name, str):
            self._shown[name] = output

    def _clear_if_asked(self):
        if self._clear_next:
            self._clear_next = False
            self._clear()


def _count(count):
    """A cell's number, or None where it is not one."""
    return count if type(count) is int and count >= 0 else None


# As in nbformat/v4/nbformat.v4.5.schema.json.
_JSON = re.compile(r"application/(.*\+)?json")
_MEDIA_TYPE = re.compile(r"[a-zA-Z0-9.+_-]{1,100}/[a-zA-Z0-9.+_; =-]{1,100}")


def _showable(data):
    """Whether every name is a media type, and every value text, or JSON of a media type for JSON."""
    return all(
        _MEDIA_TYPE.fullmatch(kind) and (isinstance(value, str) or _JSON.fullmatch(kind))
        for kind, value in data.items()
    )


class _TooMuch(Exception):
    """An output has too many levels or values."""


class _Reader:
    """Makes of one message what a notebook file can hold, and adds up its size on the way."""

    def __init__(self):
        self.size = self.values = 0

    def clean(self, value, level):
        self.values += 1
        self.size += VALUE
        if level > DEEPEST or self.values > MOST_VALUES:
            raise _TooMuch
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            self.size += LIST
            return [self.clean(item, level + 1) for item in value]
        if isinstance(value, dict):
            self.size += DICT
            return {self.text(key): self.clean(item, level + 1) for key, item in value.items()}
        if isinstance(value, float):
            self.size += 16  # as most are in JSON
            return value if math.isfinite(value) else repr(value)  # as ipykernel does: no browser reads NaN
        if isinstance(value, int):
            self.size += value.bit_length() // 3
        return value

    def text(self, text):
        text = encodable(text)
        self.size += len(text)
        return text


def encodable(text: str) -> str:
    """Replace halves of surrogate pairs, which a notebook file cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
