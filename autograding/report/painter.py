"""Paint the pieces of pages in a process of its own, with limits: no text can hold up a run, or Jupyter's server.

`painted_apart(pieces)` answers for every piece. One that takes too long, or too much memory, or that ends the process,
is shown as plain text. The process lives until this one ends; where it had to be ended, the next page begins another.
"""

import atexit
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from socket import socketpair

from autograding.report.pieces import Piece, at_once, painted, plain

PIECE_SECONDS = 0.5  # of processor time, as an honest piece takes milliseconds
PAGE_SECONDS = 2
STUCK_SECONDS = 20  # of the clock, without an answer: for what no signal interrupts
READY_SECONDS = 120  # of the clock, on a busy machine
LONGEST_HTML = 2_000_000  # letters of a piece's HTML, besides its pictures
ALL_HTML = 10_000_000  # of a page
MEMORY_BYTES = 2**30  # besides what the process has when it begins
DEATHS = 2  # of processes, for one page
KEPT, LARGEST_KEPT = 500, 20_000  # pieces; letters of one


class _OutOfTime(BaseException):
    """Not an Exception, because libraries catch these."""


class _Painter:
    """The process, begun when it is needed, and what it has painted: most texts of a class are the teacher's."""

    def __init__(self):
        self.process: subprocess.Popen | None = None
        self.connection: Connection | None = None
        self.ready = False
        self.kept: OrderedDict[Piece, str] = OrderedDict()
        self.lock = threading.Lock()

    def start(self) -> None:
        """Begin the process; it is ready a second later, or when it is asked."""
        if self.process is not None:
            return
        ours, theirs = socketpair()
        # Our own package may be found here by a changed sys.path, and not by a new process.
        code = "import sys; sys.path[:] = sys.argv[2:]; from autograding.report.painter import serve; serve()"
        with theirs:
            command = [sys.executable, "-c", code, str(theirs.fileno()), str(Path(__file__).parents[2]), *sys.path]
            # Of its own session: Ctrl-C is for the run, which then ends it.
            self.process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True
            )
        self.connection = Connection(ours.detach())

    def end(self) -> None:
        """End the process, whatever it is doing."""
        if self.process is not None:
            self.connection.close()
            self.process.kill()
            self.process.wait()
            self.process, self.connection, self.ready = None, None, False

    def ask(self, pieces: list[Piece]) -> list[str | None]:
        """The answers to the pieces, as many as came back: None where a piece took too long or could not be painted."""
        answers = []
        try:
            self.start()
            if not self.ready and self.connection.poll(READY_SECONDS):
                self.ready = bool(self.connection.recv_bytes())
            self.connection.send_bytes(json.dumps(pieces).encode())
            while len(answers) < len(pieces):
                if not self.connection.poll(STUCK_SECONDS):
                    self.end()
                    break
                answers.append(json.loads(self.connection.recv_bytes()))
        except (EOFError, OSError):  # it is dead
            self.end()
        except BaseException:  # such as Ctrl-C: what it still says belongs to this page and to no other
            self.end()
            raise
        return answers


_painter = _Painter()
atexit.register(_painter.end)


def start() -> None:
    """Begin the process now, to wait less for the first page."""
    with _painter.lock:
        _painter.start()


def painted_apart(pieces: Sequence[Piece]) -> list[str]:
    """The HTML of each piece, in order."""
    known = {piece: at_once(piece) for piece in pieces}
    with _painter.lock:
        for piece in known:
            if piece in _painter.kept:
                _painter.kept.move_to_end(piece)
                known[piece] = _painter.kept[piece]
        # Short ones first: they are painted even where the long ones use up the page's time.
        todo = sorted((piece for piece, html in known.items() if html is None), key=lambda piece: len(piece.text))
        for _death in range(DEATHS):
            if not todo:
                break
            answers = _painter.ask(todo)
            known.update(zip(todo, answers, strict=False))
            for piece, html in zip(todo, answers, strict=False):
                if html is not None and piece.size <= LARGEST_KEPT:
                    _painter.kept[piece] = html
            todo = todo[len(answers) + 1 :]  # what ended it is not asked again
        while len(_painter.kept) > KEPT:
            _painter.kept.popitem(last=False)
    return [plain(piece) if known[piece] is None else known[piece] for piece in pieces]


def serve() -> None:
    """What the process does: answer pages on the socket that its first argument names, until it is closed."""
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY_BYTES, now + MEMORY_BYTES))
    clock = _Clock()
    with Connection(int(sys.argv[1])) as connection:
        connection.send_bytes(b"ready")
        while True:
            try:
                asked = json.loads(connection.recv_bytes())
            except EOFError:
                os._exit(0)
            left, room = PAGE_SECONDS, ALL_HTML
            for kind, text, more, pictures in asked:
                piece = Piece(kind, text, more, tuple(map(tuple, pictures)))
                html, used = clock.within(min(PIECE_SECONDS, left), painted, piece) if left > 0 else (None, 0)
                left -= used
                if html is not None:
                    size = max(len(html) - _of_pictures(piece), 0)
                    html, room = (html, room - size) if size <= min(LONGEST_HTML, room) else (None, room)
                connection.send_bytes(json.dumps(html).encode())


def _of_pictures(piece):
    """How many letters of HTML the pictures of a piece may take."""
    return 2 * len(piece.text) if piece.kind == "drawing" else piece.size - len(piece.text)


class _Clock:
    """A limit on the processor time of a call, by a signal that raises in it: it costs no process."""

    def __init__(self):
        self.runs = False
        signal.signal(signal.SIGPROF, self._rings)

    def _rings(self, *_signal):
        if self.runs:
            raise _OutOfTime

    def within(self, seconds, function, argument):
        """The function's result, None where it takes longer or fails; and the seconds that it took."""
        result, before = None, _processor_seconds()
        try:
            try:
                self.runs = True
                # Again and again, in case the first one is raised where Python drops it.
                signal.setitimer(signal.ITIMER_PROF, seconds, 0.05)
                result = function(argument)
            finally:
                self.runs = False
        except (_OutOfTime, Exception):  # a stranger's text may raise anything: it is shown plain
            result = None
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        return result, _processor_seconds() - before


def _processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
