"""A cell's outputs, built from a stranger's messages: only what a notebook file can hold, up to a size."""

import json
import re

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_output

from autograding.messages import _

# A kernel is stopped when it sends this many times its limit. An honest kernel cuts its own outputs.
PATIENCE = 4
LONGEST_ERROR = 20_000


class Outputs:
    """The outputs of one cell: `take` each message, then read `list`."""

    def __init__(self, most: int):
        self.list: list[NotebookNode] = []
        self.most = self.left = most
        self.refused = 0
        self.limit = PATIENCE * most + 65536
        self._clear_next = False
        self._shown: dict[str, NotebookNode] = {}

    def take(self, message: dict) -> bool:
        """Add one message, or drop it. Returns False if the kernel sends far too much."""
        size = len(json.dumps(message))
        if size > self.left:
            if self.left > 0 or message.get("is") == "cut":
                self.left = 0
                self._say_cut()
            self.refused += size
            return self.refused <= self.limit
        self.left -= size
        self._add(encodable(message))
        return True

    @property
    def size(self) -> int:
        """The bytes that were added."""
        return self.most - self.left

    def _say_cut(self):
        if not any(output.get("name") == "stderr" and output.text == self._cut for output in self.list):
            self.list.append(new_output("stream", name="stderr", text=self._cut))

    @property
    def _cut(self):
        return _("[The rest of this cell's output was too long and is left out.]\n")

    def _add(self, message):
        match message:
            case {"is": "clear", "wait": wait}:
                self._clear_next = bool(wait)
                if not wait:
                    self.list.clear()
                return
            case {"is": "cut"}:
                self._say_cut()
                return
            case {"is": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
                self._clear_if_asked()
                last = self.list[-1] if self.list else None
                if last is not None and last.output_type == "stream" and last.name == name:
                    last.text += text
                else:
                    self.list.append(new_output("stream", name=name, text=text))
            case {"is": "display", "data": dict(data), "metadata": dict(metadata)} if _showable(data):
                self._display(data, metadata, message.get("display_id"), bool(message.get("update")))
            case {"is": "result", "data": dict(data), "metadata": dict(metadata), "count": count} if _showable(data):
                self._clear_if_asked()
                self.list.append(
                    new_output("execute_result", data=data, metadata=from_dict(metadata), execution_count=_count(count))
                )
            case {"is": "error", "ename": str(name), "evalue": str(value), "traceback": [*lines]}:
                self._clear_if_asked()
                texts = [line for line in lines if isinstance(line, str)]
                value = value[:LONGEST_ERROR]
                self.list.append(new_output("error", ename=name[:200], evalue=value, traceback=texts))
            case _other:
                pass  # not a message of a kernel: a cell wrote it into the channel

    def _display(self, data, metadata, name, update):
        shown = self._shown.get(name) if isinstance(name, str) else None
        if update:
            if shown is not None:
                shown.data, shown.metadata = from_dict(data), from_dict(metadata)
            return
        self._clear_if_asked()
        output = new_output("display_data", data=data, metadata=from_dict(metadata))
        self.list.append(output)
        if isinstance(name, str):
            self._shown[name] = output

    def _clear_if_asked(self):
        if self._clear_next:
            self._clear_next = False
            self.list.clear()


def _count(count):
    """A cell's number, or None where it is not one."""
    return count if type(count) is int and count >= 0 else None


# As in nbformat/v4/nbformat.v4.5.schema.json.
_JSON = re.compile(r"^application/(.*\+)?json$")


def _showable(data):
    """Whether every value is text, or JSON of a media type for JSON."""
    return all(isinstance(value, str) or _JSON.match(kind) for kind, value in data.items())


def encodable(value):
    """Replace halves of surrogate pairs, which a notebook file cannot hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [encodable(item) for item in value]
    if isinstance(value, dict):
        return {encodable(key): encodable(item) for key, item in value.items()}
    return value
