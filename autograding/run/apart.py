"""Execute jobs in processes that may die, so that neither a run nor formgrader's server dies of an answer.

Only a reader (`reader.py`) reads what a stranger's kernel sends. This side copies the executed notebook from it. When a
reader dies, another one does the job again. A cell that ended two of them is left out, with a reason.
"""

import atexit
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from functools import cache
from pathlib import Path

from autograding.messages import _
from autograding.run.execute import Job
from autograding.sandbox import warm
from autograding.sandbox.inside import wire

# Of an executed notebook, whose parts have limits of their own.
LONGEST = 1 << 28
# After so many deaths nothing of the notebook is run.
MOST_DEATHS = 4
# These come from outside, or from the alarm for a whole job: no cell is to blame.
NOBODYS = {-number for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM)}


class NotExecuted(Exception):
    """A job could not be executed. The submission is not to blame."""


class Died(Exception):
    """A reader died; `cell` is the one whose bytes it read then, if that was the reason."""

    def __init__(self, cell: str, status: str):
        super().__init__(_("the process that executes notebooks ended ({status})").format(status=status or "-"))
        self.cell = cell if status and int(status) not in NOBODYS else ""


class Nursery:
    """The process that forks readers, started when it is needed. All of them end with it, and it with this process."""

    def __init__(self, folder: str):
        self.folder, self.closed = folder, False
        self.readers: set[Reader] = set()
        self._process: subprocess.Popen | None = None
        self._lock = threading.Lock()

    def fork(self, *handles: int) -> None:
        """Fork a reader that gets these: its socket, its journal, and where to say how it ended."""
        with self._lock:
            if self.closed:
                raise NotExecuted(_("the run was given up"))
            if self._process is None or self._process.poll() is not None:
                self._start()
            socket.send_fds(self._control, [b"r"], handles)

    def _start(self):
        if self._process is not None:
            self._control.close()
        self._control, theirs = socket.socketpair()
        warnings = [f"-W{option}" for option in sys.warnoptions]
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, *warnings, "-m", "autograding.run.reader", str(theirs.fileno()), self.folder],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # What is imported here is found there. One thread, for it forks.
                env=os.environ
                | {"PYTHONPATH": os.pathsep.join(place or os.getcwd() for place in sys.path)}
                | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
                start_new_session=True,  # Ctrl-C is for this process, which then ends that one
            )

    @property
    def pid(self) -> int | None:
        """Its process number, or None where it has not been needed."""
        return self._process and self._process.pid

    def end(self) -> None:
        """End all readers, also those that are at work. Whoever waits for one is told."""
        with self._lock:
            self.closed = True
            if self._process is not None:
                self._control.close()
                self._process.wait()

    def close(self) -> None:
        """End all readers, of which none is at work, and the warm parents of their folder."""
        self.end()
        for reader in set(self.readers):
            reader.close()
        warm.end_parents(self.folder)


class Reader:
    """One reader, which executes a job after the other."""

    def __init__(self, nursery: Nursery):
        self.nursery = nursery
        self.sock, theirs = socket.socketpair()
        self.status, told = os.pipe()
        self.journal = os.memfd_create("journal")
        nursery.readers.add(self)
        try:
            nursery.fork(theirs.fileno(), self.journal, told)
        except BaseException:
            self.close()
            raise
        finally:
            theirs.close()
            os.close(told)

    def execute(self, job: Job, without: list[str] | None) -> bytes:
        """The executed notebook. Raises Died."""
        try:
            wire.send(self.sock, {"without": without}, pickle.dumps(job))
            while (frame := wire.receive(self.sock, LONGEST)) is not None:
                match frame:
                    case {"executed": True}, notebook:
                        return notebook
                    case {"error": ["SandboxFailed", text]}, _none:
                        raise warm.SandboxFailed(text)
                    case {"error": [kind, text]}, _none:
                        raise NotExecuted(f"{kind}: {text}")
                    case {"start": name, "stand_ins": stand_ins, "hidden": hidden}, _none:
                        place = stand_ins and Path(stand_ins), tuple(map(Path, hidden))
                        warm.start(Path(self.nursery.folder), name, job.limits, *place)
                        wire.send(self.sock, {"started": name})
        except (BrokenPipeError, ConnectionResetError):
            pass  # as if it had closed its end
        status = os.read(self.status, 16).decode()
        raise Died(json.loads(os.pread(self.journal, 1 << 16, 0) or '""'), status)

    def close(self) -> None:
        """Let it end."""
        self.nursery.readers.discard(self)
        self.sock.close()
        os.close(self.status)
        os.close(self.journal)


_mine = threading.local()


def use(nursery: Nursery) -> None:
    """Let this thread's jobs be executed by readers of this nursery."""
    _mine.nursery = nursery


def execute_apart(job: Job) -> bytes:
    """The notebook with its outputs, as `execute` makes it. Whatever the notebook does, this process lives on."""
    deaths: Counter[str] = Counter()
    failures = 0
    while True:
        without = sorted(cell for cell, count in deaths.items() if count > 1)
        try:
            return _reader(job).execute(job, without if deaths.total() < MOST_DEATHS else None)
        except Died as death:
            _let_go()
            failures += not death.cell
            if death.cell:
                deaths[death.cell] += 1
            elif failures > 1:
                raise NotExecuted(str(death)) from death
        except (NotExecuted, warm.SandboxFailed):
            raise
        except BaseException:
            _let_go()  # in the middle of a conversation
            raise


def _reader(job):
    """This thread's reader. A course is imported once, so another course gets another reader."""
    nursery = getattr(_mine, "nursery", None) or _own_nursery(os.getpid())
    key = nursery, job.checks, job.course_path
    if getattr(_mine, "key", None) != key:
        _let_go()
        _mine.reader, _mine.key = Reader(nursery), key
    return _mine.reader


def _let_go():
    if getattr(_mine, "key", None) is not None:
        _mine.reader.close()
        _mine.reader = _mine.key = None


@cache
def _own_nursery(pid):
    nursery = Nursery(str(warm.folder()))
    atexit.register(_close_own, pid, nursery)
    return nursery


def _close_own(pid, nursery):
    if pid == os.getpid():
        nursery.close()
