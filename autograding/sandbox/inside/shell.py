"""An IPython shell that sends every output to the grader as a frame. It runs in the sandbox, with a stranger's code.

The grader believes nothing that comes from here. A student can replace any of it, which harms only their own outputs.
"""

import asyncio
import contextvars
import io
import sys
import time

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any
from traitlets.config import Config

# Seconds for which text is collected before it is sent.
GATHER = 0.1


class Stream(io.TextIOBase):
    """Replaces sys.stdout or sys.stderr: collects text and sends it from time to time."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, name, handle, send):
        self.name, self.handle, self.send, self.parts, self.since = name, handle, send, [], 0.0

    def fileno(self):
        """The file below, for a program that is started with it. What is written there is dropped."""
        return self.handle

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if not self.parts:
            self.since = time.monotonic()
        self.parts.append(text)
        if len(text) > 8192 or len(self.parts) > 512 or time.monotonic() - self.since > GATHER:
            self.flush()
        return len(text)

    def flush(self):
        parts, self.parts = self.parts, []
        text = "".join(parts)
        for start in range(0, len(text), 65536):
            self.send({"is": "stream", "name": self.name, "text": text[start : start + 65536]})

    def close(self):
        """Stay open: a notebook that closes its output goes on like any other."""

    def writable(self):
        return True


class Publisher(DisplayPublisher):
    """Sends what `display` shows."""

    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **_others):
        sys.stdout.flush()
        name = (transient or {}).get("display_id")
        self.shell.send(
            {"is": "display", "data": data, "metadata": metadata or {}, "display_id": name, "update": bool(update)}
        )

    def clear_output(self, wait=False):
        sys.stdout.flush()
        self.shell.send({"is": "clear", "wait": bool(wait)})


class LastValue(DisplayHook):
    """Sends the value of a cell's last line."""

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        sys.stdout.flush()
        message = {"is": "result", "data": format_dict, "metadata": md_dict or {}}
        self.shell.send(message | {"count": self.prompt_count})

    def finish_displayhook(self):
        pass


class Loop:
    """One event loop and one context for all cells, as in Jupyter: what a cell sets for `decimal`, or in a variable of
    contexts, holds in later ones.
    """

    def __init__(self):
        self.loop, self.context = None, contextvars.copy_context()

    def __call__(self, coroutine):
        if self.loop is None or self.loop.is_closed():
            self.loop = asyncio.new_event_loop()
        return self.loop.run_until_complete(self.loop.create_task(coroutine, context=self.context))


class Shell(InteractiveShell):
    """IPython without a terminal."""

    send = Any()

    def _showtraceback(self, etype, evalue, stb):
        sys.stdout.flush()
        try:
            text = str(evalue)
        except Exception as error:  # the exception is a student's class
            text = f"({type(error).__name__} while showing it)"
        self.send({"is": "error", "ename": etype.__name__, "evalue": text, "traceback": list(stb)})

    def should_run_async(self, raw_cell, *, transformed_cell=None, preprocessing_exc_tuple=None):
        """Run each cell in the event loop, as in Jupyter, where a cell may begin tasks that go on in later ones."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return True
        # A cell within a cell, such as that of %%capture.
        return super().should_run_async(
            raw_cell, transformed_cell=transformed_cell, preprocessing_exc_tuple=preprocessing_exc_tuple
        )

    def ask_exit(self):
        """Go on: `exit()` in a cell is for whoever sits before it."""

    def enable_gui(self, gui=None):
        """Do nothing: there is no window system, and matplotlib draws inline."""


def make_shell(send) -> Shell:
    """The shell of this process, which gives its outputs to `send`."""
    config = Config()
    config.HistoryManager.enabled = False
    ours = {"display_pub_class": Publisher, "displayhook_class": LastValue, "loop_runner": Loop()}
    shell = Shell.instance(config=config, send=send, **ours)
    sys.stdout, sys.stderr = Stream("stdout", 1, send), Stream("stderr", 2, send)
    return shell
