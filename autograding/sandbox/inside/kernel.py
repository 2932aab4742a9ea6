"""Serve one submission inside the sandbox: run its cells, and call its functions on the grader's problems.

Each call of a graded function is made in a copy of this process (a fork), so that a call that dies, hangs or rummages
takes nothing with it, and what came with one problem is gone when the next one is asked.
"""

import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path

from . import wire
from .shell import make_shell

# More than any answer that the grader accepts; whoever sends more has answered nothing.
LONGEST = 1 << 40


def serve(sock, folder: Path, stand_ins: str, outputs_most: int) -> None:
    """Answer the grader until it hangs up. The first frame brings the files beside the notebook."""
    message, blob = wire.receive(sock, LONGEST)
    _write_files(folder, message["files"], blob)
    os.chdir(folder)
    # What a notebook would find, with the stand-ins first and this package gone.
    sys.path[:] = [*[stand_ins] * bool(stand_ins), "", *(p for p in sys.path[1:] if p != os.environ["PYTHONPATH"])]
    del os.environ["PYTHONPATH"]
    outlet = Outlet(sock, outputs_most)
    shell = make_shell(outlet.send)
    outlet.frame({"is": "ready"})
    me = os.getpid()
    while True:
        try:
            request = wire.receive(sock, LONGEST)
        except KeyboardInterrupt:
            continue  # meant for a cell that ended in the same moment
        if request is None:
            return
        message, blob = request
        status = "ok"
        try:
            if message["do"] == "run":
                outlet.left = outputs_most
                shell.run_cell(message["source"], store_history=True)
            else:
                status = _call_in_a_copy(outlet, shell, message, blob)
            sys.stdout.flush()
            sys.stderr.flush()
        except KeyboardInterrupt:
            status = "interrupted"
        if os.getpid() != me:
            return  # a fork that a cell made and forgot to end: there is one kernel
        outlet.frame({"is": "done", "number": message["number"], "status": status})


class Outlet:
    """The way out: frames of several threads one after the other, and a cell's outputs up to a size."""

    def __init__(self, sock, most):
        self.sock, self.left, self.lock = sock, most, threading.Lock()

    def frame(self, message, blob=b""):
        with self.lock:
            wire.send(self.sock, message, blob)

    def send(self, message):
        """One output; what comes after the limit is dropped, and said once."""
        if self.left < 0:
            return
        try:
            self.left -= len(json.dumps(message))
        except (TypeError, ValueError):
            return  # a display of something that is no JSON, which a notebook file could not hold either
        self.frame(message if self.left >= 0 else {"is": "cut"})


def _write_files(folder, files, blob):
    at = 0
    for name, size in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blob[at : at + size])
        at += size


def _call_in_a_copy(outlet, shell, message, blob):
    ours, theirs = socket.socketpair()
    copy = os.fork()
    if copy == 0:
        try:
            outlet.left = -1  # what a graded call prints is not shown; and another thread may have held the lock
            wire.send(theirs, *_packed_answer(shell.user_ns, message, blob))
        finally:
            os._exit(0)
    theirs.close()
    try:
        answer = wire.receive(ours, LONGEST)
    finally:
        ours.close()
        os.kill(copy, signal.SIGKILL)
        _pid, status = os.waitpid(copy, 0)
    if answer is None:
        return f"died of signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "left"
    outlet.frame({"is": "answer", "number": message["number"], **answer[0]}, answer[1])
    return "ok"


def _packed_answer(namespace, message, blob):
    try:
        packed, arrays = wire.pack(_answer(namespace, message, blob))
    except Exception as error:  # out of memory, a value of no plain kind: told as the reason, and no answer
        packed, arrays = wire.pack({"failed": f"{type(error).__name__}: {error}"})
    return {"answer": packed}, arrays


def _answer(namespace, message, blob):
    if message["function"] not in namespace:
        return {"undefined": message["function"]}
    caller = {"__name__": "caller"}
    exec(compile(message["caller"], "caller.py", "exec"), caller)
    problem = wire.unpack(message["problem"], blob)
    return {"answer": caller["run"](problem, namespace[message["function"]])}
