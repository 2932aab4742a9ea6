"""The grader's side of one kernel: send requests, limit the time, the memory and the size of answers."""

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

# Seconds: a cell's time to obey an interrupt, and the time between two looks at the memory.
GRACE = 2.0
BETWEEN_LOOKS = 0.1
STARTING = 30


class Stopped(Exception):
    """A cell was stopped; `kind` is the error's name in nbgrader."""

    def __init__(self, kind: str, reason: str, alive: bool):
        super().__init__(reason)
        self.kind, self.reason, self.alive = kind, reason, alive


class Ended(NamedTuple):
    """How a cell ended, as the kernel tells it."""

    raised: tuple[str, str] | None  # the exception's name and text
    value: str | None = None  # the number that a graded cell ends with
    known: bool = True  # False: the kernel's message cannot be read


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
            raise SandboxFailed(_("no kernel started in the sandbox ({error})").format(error=error)) from error
        if ready is None:
            self.__exit__()
            raise SandboxFailed(_("no kernel started in the sandbox"))
        return self

    def __exit__(self, *_exception):
        with suppress(SandboxFailed):  # all answers are there already
            self._end()

    def _end(self):
        """End the kernel. Raises SandboxFailed if the sandbox ended as well."""
        if self._ended:
            return
        self._ended = True
        self._over.set()
        self.sock.close()
        self._watcher.join()
        self.branch.kill()
        self.branch.wait_ended()

    def run(self, source: str, outputs: Outputs, graded: bool = False) -> Ended:
        """Run a cell and add what it shows to `outputs`. Raises Stopped."""
        _answers, done = self._request({"do": "run", "source": source, "graded": graded}, b"", outputs)
        match done:
            case {"raised": None, "value": None | str() as value}:
                return Ended(None, value)
            case {"raised": [str(name), str(text)], "value": None | str() as value}:
                return Ended((encodable(name)[:200], encodable(text)), value)
        return Ended(None, known=False)

    def call(self, function: str, caller: str, problem) -> object:
        """The answer of the student's function to a problem, as a plain tree. Raises Stopped."""
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
        """Send a request, collect outputs until it is done; return the answers and the last message."""
        # A cell that writes into the channel cannot guess this number.
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
                    # An interrupt may cut a frame in two: give the kernel up, as if it had ignored the interrupt.
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
        """Give the kernel up. Raises SandboxFailed if the submission is not to blame."""
        self._end()
        return Stopped(kind, self.killed_because or reason or _("it ended the Python that runs the notebook"), False)

    def _watch(self):
        """Kill the kernel when its processes together use too much."""
        sandbox = self.branch.pid
        # The system limits one process to memory_bytes, with a MemoryError. All processes together may use a
        # quarter more.
        most = self.limits.memory_bytes * 5 // 4
        while not self._over.wait(BETWEEN_LOOKS):
            memory, tasks = watch.usage(sandbox)
            if memory > most and watch.usage(sandbox, exact=True)[0] > most:
                self.killed_because = _("it used more than {n} MB of memory").format(n=most >> 20)
            elif tasks > self.limits.processes + 16:
                self.killed_because = _("it started more than {n} processes").format(n=self.limits.processes)
            if self.killed_because:
                with suppress(SandboxFailed):  # it ended just now, and the waiting thread sees that
                    self.branch.kill()
                return
