"""The grader's side of one kernel: send requests, limit the time, the memory and the size of answers."""

import secrets
import select
import socket
import threading
import time
from contextlib import suppress
from typing import NamedTuple

from autograding.messages import _
from autograding.sandbox import watch
from autograding.sandbox.inside import wire
from autograding.sandbox.limits import A_DAY, Limits
from autograding.sandbox.network import Way
from autograding.sandbox.outputs import LONGEST_ERROR, Outputs, encodable
from autograding.sandbox.warm import Branch, SandboxFailed

# Seconds: a cell's time to obey an interrupt, and the time between two looks at what it uses.
GRACE = 2.0
BETWEEN_LOOKS = 0.1
# A longer time between two looks is no time of the cell's: the machine slept, or had no time for the grader.
LONGEST_LOOK = 0.5
SHARE_OF_LOOKS = 4  # looks take at most this part of a processor's time
# More busy processes than this must not take the time of others. Busy is who wants so many seconds between two looks.
MANY_BUSY, BUSY = 4, 0.02
# Memory that forks share is looked up exactly, which takes long, when it could have become too much, or after so many
# seconds, since a fork that writes to it takes more and seems to have as much as before.
BETWEEN_EXACT_LOOKS = 0.5
MOST_LOCKS = 10_000
STARTING = 30
# A cell's seconds are those in which it ran, or waited for something else than a processor. So neighbours take no time
# from it. These are limits on the rest, in multiples of a cell's seconds: processor time of all its processes, and time
# on the wall.
MOST_PROCESSOR, MOST_WALL = 2, 10
PART = 1 << 18  # bytes that are read at once


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


class Allowance:
    """The seconds that are left to a notebook, over all its kernels."""

    def __init__(self, seconds: float):
        self.whole = self.left = seconds


class Clock:
    """The seconds that one request has taken. `look` is called again and again, with what is used so far."""

    def __init__(self, seconds: float):
        self.most = seconds
        self.own, self.processor, self.wall = 0.0, 0.0, 0.0

    def look(self, passed: float, processor: float, waited: float) -> None:
        """Count `passed` seconds, in which so much of processors was used, and somebody waited for one so long."""
        passed = min(passed, LONGEST_LOOK)
        self.wall += passed
        self.processor += processor
        self.own += max(0.0, passed - waited)

    @property
    def spent(self) -> float:
        """The seconds that count. A notebook that keeps its own processes waiting gains nothing."""
        return max(self.own, self.processor / MOST_PROCESSOR, self.wall / MOST_WALL)

    @property
    def over(self) -> bool:
        return self.spent >= self.most


class Session:
    """One kernel: `with Session(...) as session: session.run(source)`."""

    def __init__(self, branch: Branch, limits: Limits, files, allowance: Allowance):
        self.branch, self.limits, self.files, self.allowance = branch, limits, files, allowance
        self.seconds = limits.cell_seconds  # for the next request
        self.number = 0
        self.killed_because = ""
        self._ended = False
        self._way: Way | None = None
        self._clock = Clock(STARTING)
        self._frames = wire.Frames(max(limits.answer_bytes, limits.output_bytes + 65536), limits.answer_bytes)
        self._arrived: list[tuple[dict, bytes]] = []

    def __enter__(self):
        self.sock, self.orders = self.branch.fork()
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        names = [[name, len(content)] for name, content in self.files]
        for sock in (self.sock, self.orders):
            sock.settimeout(STARTING)
        try:
            if self.limits.hosts and self.limits.isolation != "none":
                _letter, handles, _flags, _address = socket.recv_fds(self.orders, 1, 1)
                self._way = Way(socket.socket(fileno=handles[0]), self.limits.hosts)
            wire.send(self.sock, {"files": names}, b"".join(content for _name, content in self.files))
            ready = wire.receive(self.sock, 1 << 16)
        except (OSError, wire.Malformed) as error:
            self.__exit__()
            raise SandboxFailed(_("no kernel started in the sandbox ({error})").format(error=error)) from error
        if ready is None:
            self.__exit__()
            raise SandboxFailed(_("no kernel started in the sandbox"))
        self.sock.setblocking(False)
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
        if self._way is not None:
            self._way.close()
        self.sock.close()
        self.orders.close()
        self._watcher.join()
        self.branch.kill()
        self.branch.wait_ended()

    def run(self, source: str, outputs: Outputs, test: tuple | None = None, unseen: bool = False) -> Ended:
        """Run a cell and add what it shows to `outputs`. Raises Stopped. An `unseen` one does not count as a cell.

        Of a plain `test` the two parts are run: see run/plain_tests.py.
        """
        request = {"do": "run", "source": source, "test": test, "unseen": unseen}
        _answers, done = self._request(request, b"", outputs)
        match done:
            case {"raised": None, "value": None | str() as value}:
                return Ended(None, value)
            case {"raised": [str(name), str(text)], "value": None | str() as value}:
                return Ended((encodable(name[:200]), encodable(text[:LONGEST_ERROR])), value)
        return Ended(None, known=False)

    def aside(self, sources: tuple[str, ...]) -> None:
        """Run cells in a copy of the kernel, which then ends: their files stay, their names do not. Raises Stopped."""
        request = {
            "do": "aside",
            "sources": sources,
            "seconds": min(self.limits.cell_seconds, A_DAY),
            "wall": MOST_WALL,
        }
        self._request(request, b"", self._unseen())

    def hold(self, cell: str) -> None:
        """Keep the notebook as it is now, for the graded cell of this name. Raises Stopped."""
        self._request({"do": "hold", "cell": cell}, b"", self._unseen())

    def call(self, cell: str, function: str, caller: str, problem, lent=None, last: bool = True) -> object:
        """The answer of the student's function, as `hold` kept it, to a problem, as a plain tree. Raises Stopped.

        The function may call what is `lent`, a plain tree that the caller knows to read, and cannot see it. After the
        `last` call the cell is not kept any longer.
        """
        packed, blob = wire.pack(problem)
        request = {"do": "call", "cell": cell, "function": function, "caller": caller, "problem": packed, "last": last}
        if lent is not None:
            self._lend(caller, lent)
        try:
            answers, _done = self._request(request | {"lent": lent is not None}, blob, self._unseen())
        finally:
            if lent is not None and not self._ended:
                self._lend(caller, None)
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

    def _unseen(self):
        """Outputs that nobody sees. A thread of an earlier cell may print while a function is called."""
        return Outputs(self.limits.output_bytes)

    def _lend(self, caller, tree):
        """Let a process outside of the kernel hold what is lent; None takes back what is lent now."""
        packed, blob = (None, b"") if tree is None else wire.pack(tree)
        try:
            wire.send(self.orders, {"lend": packed, "caller": caller}, blob)
            done = wire.receive(self.orders, 1 << 16)
        except (OSError, wire.Malformed):
            done = None
        if done is None:
            raise self._dead()

    def _request(self, request, blob, outputs):
        """Send a request, collect outputs until it is done; return the answers and the last message."""
        # A cell that writes into the channel cannot guess this number.
        self.number = secrets.randbits(52)
        self._clock = clock = Clock(max(0.0, min(self.seconds, self.allowance.left)))
        unsent = memoryview(wire.frame(request | {"number": self.number}, blob))
        answers, too_long = [], ""
        try:
            while True:
                unsent = unsent[self._exchange(unsent) :]
                for message, arrays in self._taken():
                    kind = message.get("is")
                    if kind == "done" and message.get("number") == self.number:
                        if too_long:
                            raise Stopped("CellTimeoutError", too_long, True)
                        return answers, message
                    if kind == "answer" and request["do"] == "call" and len(answers) < 2:
                        answers.append((message, arrays))
                    elif not outputs.take(message):
                        raise self._dead(_("it sent more than is allowed"))
                if not self._watcher.is_alive() and not self.killed_because:
                    raise self._dead()
                if clock.over and too_long:
                    raise self._dead(too_long, "CellTimeoutError")
                if clock.over:
                    # An interrupt may cut a frame in two: then the kernel is given up, as if it had ignored this.
                    too_long = self._too_long(clock)
                    self.allowance.left -= clock.spent
                    self._clock = clock = Clock(GRACE)
                    self.branch.interrupt()
        except wire.Malformed as error:
            raise self._dead(_("it sent what cannot be read ({error})").format(error=error)) from error
        except OSError as error:
            raise self._dead() from error
        finally:
            self.allowance.left -= clock.spent

    def _exchange(self, unsent):
        """Send and read what can be sent and read within the time between two looks; the number of bytes sent."""
        writing = [self.sock] if unsent else []
        readable, writable, _exceptional = select.select([self.sock], writing, [], BETWEEN_LOOKS)
        sent = self.sock.send(unsent[:PART]) if writable else 0
        if readable:
            try:
                part = self.sock.recv(PART)
            except BlockingIOError as error:
                raise wire.Malformed("bytes out of band") from error
            if not part:
                raise ConnectionResetError
            self._arrived += self._frames.feed(part)
        return sent

    def _taken(self):
        arrived, self._arrived = self._arrived, []
        return arrived

    def _too_long(self, clock):
        if self.allowance.left <= clock.spent:
            return _("the notebook took more than {n:g} s in all").format(n=self.allowance.whole)
        return _("it took more than {n:g} s").format(n=self.seconds)

    def _dead(self, reason="", kind="DeadKernelError"):
        """Give the kernel up. Raises SandboxFailed if the submission is not to blame."""
        unwatched = not self._watcher.is_alive() and not self.killed_because
        try:
            self._end()
        except SandboxFailed:
            # The system may have killed the branch as well, for what the submission took.
            if not (because := self.branch.ended_because()):
                raise
            return Stopped(kind, because, False)
        if unwatched:
            raise SandboxFailed(_("nobody watched the kernel any more: {error}").format(error=self._watch_failed))
        because = self.killed_because or self.branch.ended_because()
        return Stopped(kind, because or reason or _("it ended the Python that runs the notebook"), False)

    def _watch(self):
        """Kill the kernel when its processes together use too much, and tell the clock what it uses."""
        try:
            self._look_on()
        except Exception as error:  # the thread that waits for the kernel sees that this one has ended
            self._watch_failed = f"{type(error).__name__}: {error}"

    def _look_on(self):
        sandbox = self.branch.pid
        # The system limits one process to memory_bytes, with a MemoryError. All processes together may use a
        # quarter more.
        most = self.limits.memory_bytes * 5 // 4
        isolated = self.limits.isolation != "none"
        before, last, cost = None, time.monotonic(), 0.0
        # When memory was last looked up exactly: what it had seemed to be, how much more it could have been, the time.
        seemed, room, since = 0, 0, 0.0
        while not self._over.wait(max(BETWEEN_LOOKS, SHARE_OF_LOOKS * cost)):
            now, begun = time.monotonic(), time.thread_time()
            used = watch.used(sandbox)
            if before is not None:
                ran, waited = _grown(used.ran, before.ran), _grown(used.waited, before.waited)
                self._clock.look(now - last, sum(ran.values()), max(waited.values(), default=0.0))
                if isolated and sum(max(ran[pid], waited.get(pid, 0.0)) > BUSY for pid in ran) > MANY_BUSY:
                    watch.step_back(used.waited)
            before, last = used, now
            memory = used.memory + (watch.bytes_in_sockets(used.waited) if isolated else 0)
            if memory > most and (memory - seemed >= room or now - since > BETWEEN_EXACT_LOOKS):
                exact = memory - used.memory + watch.used(sandbox, exact=True).memory
                seemed, room, since = memory, most - exact, now
                if room < 0:
                    self.killed_because = _("it used more than {n} MB of memory").format(n=most >> 20)
            if used.tasks > self.limits.processes + 16:
                self.killed_because = _("it started more than {n} processes").format(n=self.limits.processes)
            elif watch.locks_of(used.waited) > MOST_LOCKS:
                self.killed_because = _("it locked files more than {n} times").format(n=MOST_LOCKS)
            cost = time.thread_time() - begun
            if self.killed_because:
                with suppress(SandboxFailed):  # it ended just now, and the waiting thread sees that
                    self.branch.kill()
                return


def _grown(now, before):
    """By how much each process's number has grown."""
    return {pid: max(0.0, number - before.get(pid, 0.0)) for pid, number in now.items()}
