"""The grader's side of one submission's kernel: ask, wait no longer than allowed, take in no more than allowed."""

import secrets
import threading
import time
from contextlib import suppress
from typing import NamedTuple

from autograding.messages import _
from autograding.sandbox import watch
from autograding.sandbox.inside import wire
from autograding.sandbox.limits import Limits
from autograding.sandbox.outputs import Outputs, encodable
from autograding.sandbox.warm import Branch, SandboxFailed

# How long a cell may take to obey an interrupt, and how often memory is looked at.
GRACE = 2.0
BETWEEN_LOOKS = 0.1
STARTING = 30


class Stopped(Exception):
    """A cell did not come to its end; `kind` is the name nbgrader's users know."""

    def __init__(self, kind: str, reason: str, alive: bool):
        super().__init__(reason)
        self.kind, self.reason, self.alive = kind, reason, alive


class Ended(NamedTuple):
    """How a cell ended, by the kernel's word."""

    raised: tuple[str, str] | None  # the exception's name and text
    value: str | None = None  # of a graded cell: the number that it gives
    known: bool = True  # False: the kernel did not say it in a form that can be read


class Session:
    """One kernel: `with Session(...) as session: session.run(source)`."""

    def __init__(self, branch: Branch, limits: Limits, files, deadline: float):
        self.branch, self.limits, self.files, self.deadline = branch, limits, files, deadline
        self.number = 0
        self.killed_because = ""
        self._ended = False

    def __enter__(self):
        self.sock = self.branch.fork()
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        names = [[name, len(content)] for name, content in self.files]
        self.sock.settimeout(STARTING)
        try:
            wire.send(self.sock, {"files": names}, b"".join(content for _name, content in self.files))
            ready = wire.receive(self.sock, 1 << 16)
        except (OSError, wire.Malformed) as error:
            self.__exit__()
            raise SandboxFailed(_("no kernel came to be in the sandbox ({error})").format(error=error)) from error
        if ready is None:
            self.__exit__()
            raise SandboxFailed(_("no kernel came to be in the sandbox"))
        return self

    def __exit__(self, *_exception):
        with suppress(SandboxFailed):  # all that was asked is answered
            self._end()

    def _end(self):
        """End the kernel. Raises SandboxFailed where it did not end alone, but the sandbox with it."""
        if self._ended:
            return
        self._ended = True
        self._over.set()
        self.sock.close()
        self._watcher.join()
        self.branch.kill()
        self.branch.wait_ended()

    def run(self, source: str, outputs: Outputs, graded: bool = False) -> Ended:
        """Run a cell; what it shows goes to `outputs`. Raises Stopped."""
        _answers, done = self._request({"do": "run", "source": source, "graded": graded}, b"", outputs)
        match done:
            case {"raised": None, "value": None | str() as value}:
                return Ended(None, value)
            case {"raised": [str(name), str(text)], "value": None | str() as value}:
                return Ended((encodable(name)[:200], encodable(text)), value)
        return Ended(None, known=False)

    def call(self, function: str, caller: str, problem) -> object:
        """What the student's function answers to a problem, as a plain tree. Raises Stopped."""
        packed, blob = wire.pack(problem)
        request = {"do": "call", "function": function, "caller": caller, "problem": packed}
        answers, _done = self._request(request, blob, Outputs(0))
        if len(answers) > 1:
            raise Stopped("TwoAnswers", _("more than one answer came back, so none is counted"), True)
        if not answers:
            raise Stopped("NoAnswer", _("no answer came back: the call ended the process that it ran in"), True)
        message, arrays = answers[0]
        if message.get("number") != self.number:
            raise Stopped("NoAnswer", _("the answer that came back belongs to no question"), True)
        try:
            answer = wire.unpack(message.get("answer"), arrays)
        except wire.Malformed as error:
            raise Stopped(
                "NoAnswer", _("the answer that came back cannot be read ({e})").format(e=error), True
            ) from error
        return answer

    def _request(self, request, blob, outputs):
        """Send a request, gather its outputs until it is done, return its answers and how it ended."""
        # Not to be guessed by who writes into the channel.
        self.number = secrets.randbits(52)
        until = min(time.monotonic() + self.limits.cell_seconds, self.deadline)
        answers, interrupted = [], False
        try:
            self.sock.settimeout(max(0.1, until - time.monotonic()))
            wire.send(self.sock, request | {"number": self.number}, blob)
            while True:
                try:
                    self.sock.settimeout(max(0.01, until - time.monotonic()))
                    frame = wire.receive(self.sock, self.limits.answer_bytes)
                except TimeoutError as error:
                    # A frame may be cut in two by the interrupt: then the kernel is given up, as if it had ignored it.
                    if interrupted or time.monotonic() >= self.deadline + GRACE:
                        raise self._dead(self._too_long(), "CellTimeoutError") from error
                    interrupted, until = True, time.monotonic() + GRACE
                    self.branch.interrupt()
                    continue
                if frame is None:
                    raise self._dead()
                message, arrays = frame
                kind = message.get("is")
                if kind == "done" and message.get("number") == self.number:
                    break
                if kind == "answer":
                    answers.append(frame)
                elif not outputs.take(message):
                    raise self._dead(_("it sent more than is allowed"))
                if time.monotonic() > until and interrupted:
                    raise self._dead(self._too_long(), "CellTimeoutError")
                if time.monotonic() > until:
                    interrupted, until = True, time.monotonic() + GRACE
                    self.branch.interrupt()
        except wire.Malformed as error:
            raise self._dead(_("it sent what cannot be read ({error})").format(error=error)) from error
        except (BrokenPipeError, ConnectionResetError, TimeoutError) as error:
            raise self._dead() from error
        if interrupted:
            raise Stopped("CellTimeoutError", self._too_long(), True)
        return answers, message

    def _too_long(self):
        if time.monotonic() >= self.deadline:
            return _("the notebook took more than {n:g} s in all").format(n=self.limits.notebook_seconds)
        return _("it took more than {n:g} s").format(n=self.limits.cell_seconds)

    def _dead(self, reason="", kind="DeadKernelError"):
        """The kernel is given up. Raises SandboxFailed where it is not the submission's doing."""
        self._end()
        return Stopped(kind, self.killed_because or reason or _("it ended the Python that runs the notebook"), False)

    def _watch(self):
        """Kill the kernel when all its processes together use too much."""
        sandbox = self.branch.pid
        # One process is held to memory_bytes by the system itself, and gets a MemoryError; all of them have a
        # quarter more.
        most = self.limits.memory_bytes * 5 // 4
        while not self._over.wait(BETWEEN_LOOKS):
            memory, tasks = watch.usage(sandbox)
            if memory > most and watch.usage(sandbox, exact=True)[0] > most:
                self.killed_because = _("it used more than {n} MB of memory").format(n=most >> 20)
            elif tasks > self.limits.processes + 16:
                self.killed_because = _("it started more than {n} processes").format(n=self.limits.processes)
            if self.killed_because:
                with suppress(SandboxFailed):  # it ended just now, which the waiting side sees by itself
                    self.branch.kill()
                return
