"""Functions that a graded call may use and must not read: a process outside of the kernel holds them.

The supervisor of a kernel (parent.supervise) gets what is lent from the grader, forks a lender for each call, and hands
the kernel a socket to it. The kernel cannot trace the lender, so it gets answers and no text. What is lent is gone with
the lender, at the end of the call.
"""

import os
import select
import signal
import socket
from contextlib import suppress

from . import confine, wire

# Of one request or answer.
LONGEST = 8 << 20


class Lending:
    """The supervisor's part: `orders` comes from the grader, `desk` goes to the kernel."""

    def __init__(self, orders, desk, options):
        self.orders, self.desk, self.options = orders, desk, options
        self.lender = 0

    def until_ended(self, kernel):
        """Lend what the grader orders, until the kernel has ended."""
        handle = os.pidfd_open(kernel)
        watched = [handle, self.orders]
        while True:
            ready, _, _ = select.select(watched, [], [])
            if handle in ready:
                return
            order = wire.receive(self.orders, LONGEST)
            self._take_back()
            if order is None:
                watched.remove(self.orders)  # the grader has closed it, and ends the kernel as well
                continue
            message, blob = order
            if message["lend"] is not None:
                self._lend(message["caller"], wire.unpack(message["lend"], blob))
            wire.send(self.orders, {"is": "done"})

    def _lend(self, caller, tree):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.lender = os.fork()
            if self.lender == 0:
                try:
                    for inherited in (self.orders, self.desk, theirs):
                        inherited.close()
                    confine.end_with_parent(signal.SIGKILL)
                    confine.limit(self.options)
                    serve(ours, caller, tree)
                finally:
                    os._exit(0)
            socket.send_fds(self.desk, [b"l"], [theirs.fileno()])

    def _take_back(self):
        if self.lender:
            os.kill(self.lender, signal.SIGKILL)
            os.waitpid(self.lender, 0)
            self.lender = 0


def serve(sock, caller, tree):
    """Answer requests with the functions of `tree`, as the course's caller does that, until the socket is closed."""
    course = {"__name__": "caller"}
    exec(compile(caller, "caller.py", "exec"), course)
    answer = course["lend"](tree)
    while (frame := wire.receive(sock, LONGEST)) is not None:
        message, blob = frame
        packed, arrays = wire.pack(answer(wire.unpack(message["ask"], blob)))
        wire.send(sock, {"answer": packed}, arrays)


def at(desk):
    """In a kernel: a function that asks the present lender, or None where nothing is lent."""
    desk.setblocking(False)  # not recv_fds's flags, which Python 3.11 ignores
    found = []
    with suppress(BlockingIOError):
        while handles := socket.recv_fds(desk, 1, 4)[1]:
            found += handles
    if not found:
        return None
    for old in found[:-1]:  # of calls that never took theirs
        os.close(old)
    sock = socket.socket(fileno=found[-1])
    sock.settimeout(None)  # a notebook may have set another for all new sockets

    def ask(request):
        packed, blob = wire.pack(request)
        wire.send(sock, {"ask": packed}, blob)
        frame = wire.receive(sock, LONGEST)
        if frame is None:
            raise RuntimeError("a function that is lent ended before it answered")
        return wire.unpack(frame[0]["answer"], frame[1])

    return ask
