"""The warm parent: imports what notebooks import, then forks a branch for each worker. Runs inside bubblewrap.

A worker connects to the socket whose number is the first argument, and the branch that answers forks one kernel after
the other for it. Both stay single-threaded and run no student's code. Each kernel gets user, process, mount, network
and ipc namespaces of its own, so it can neither see, signal nor trace these processes or another kernel's, and writes
to folders in memory that vanish with it. A worker's commands come on its connection; a kernel's own socket comes along
with the command that asks for it.
"""

import gc
import importlib
import importlib.util
import json
import os
import random
import select
import signal
import socket
import sys
import tempfile
from pathlib import Path

from . import confine, wire


def main() -> None:
    options = json.loads(sys.argv[2])
    listener = socket.socket(fileno=int(sys.argv[1]))
    if options["isolated"]:
        confine.hide_processes()
        confine.give_up_rights(options["user"])
    preload(options["preload"])
    # All forks go on sharing what is there now: no garbage collection of theirs writes to it.
    gc.collect()
    gc.freeze()
    started_by = os.getppid()
    while os.getppid() == started_by:
        ready, _, _ = select.select([listener], [], [], 1)
        reap()
        if not ready:
            continue
        control, _address = listener.accept()
        if os.fork() == 0:
            # A kernel that had it could answer other workers in this process's stead.
            listener.close()
            branch(control, options)
        control.close()


def reap():
    """Branches whose workers are gone."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def branch(control, options):
    """Serve one worker until it hangs up, and end."""
    try:
        control.sendall(b"w")  # with it the system tells the worker this process's number
        serve_worker(control, options)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(0)


def serve_worker(control, options):
    """Fork, interrupt and kill kernels as the worker says."""
    child, reported = None, True
    while True:
        # The child's end is noticed soon after it comes, without a signal handler that kernels would inherit.
        ready, _, _ = select.select([control], [], [], None if reported else 0.02)
        if child is not None and os.waitpid(child.supervisor, os.WNOHANG)[0]:
            child.signal(signal.SIGKILL)  # in case that its supervisor did not outlive it
            child = None
        if child is None and not reported:
            wire.send(control, {"is": "ended"})
            reported = True
        if not ready:
            continue
        data, handles, _flags, _address = socket.recv_fds(control, 1, 1)
        if not data:
            if child is not None:
                child.signal(signal.SIGKILL)
            return
        if data == b"f":
            child, reported = Child(handles[0], options, control), False
        elif data == b"i" and child is not None:
            child.signal(signal.SIGINT)
        elif data == b"k" and child is not None:
            child.signal(signal.SIGKILL)


def preload(names: list[str]) -> list[str]:
    """Import what is installed of `names`; return what was."""
    found = []
    for name in names:
        if importlib.util.find_spec(name.partition(".")[0]) is not None:
            importlib.import_module(name)
            found.append(name)
    return found


class Child:
    """One kernel, and the process that unshared its namespaces and waits for it."""

    def __init__(self, handle, options, control):
        reading, writing = os.pipe()
        self.supervisor = os.fork()
        if self.supervisor == 0:
            try:
                control.close()
                os.close(reading)
                supervise(handle, writing, options)
            except BaseException as error:
                os.write(2, f"{type(error).__name__}: {error}\n".encode())
            finally:
                os._exit(1)
        os.close(writing)
        os.close(handle)
        with os.fdopen(reading, "rb") as pipe:
            self.pid = int(pipe.read() or 0)

    def signal(self, number):
        if self.pid:  # 0: it never came to be, and its supervisor has ended
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass  # it ended by itself just now


def supervise(handle, writing, options):
    """Unshare, fork the kernel, tell its number, wait for it."""
    if options["isolated"]:
        confine.unshare()
        confine.own_network()
    # The supervisor shares the kernel's user namespace, not its processes': it must not be traced through /proc.
    confine.allow_tracing(False)
    kernel = os.fork()
    if kernel:
        os.close(handle)
        # Its branch's end is the kernel's end; the kernel itself could forget the signal that it gets.
        signal.signal(signal.SIGTERM, lambda *_: os.kill(kernel, signal.SIGKILL))
        confine.end_with_parent(signal.SIGTERM)
        os.write(writing, str(kernel).encode())
        os.close(writing)
        os.waitpid(kernel, 0)
        os._exit(0)
    os.close(writing)
    confine.end_with_parent(signal.SIGKILL)
    os.setsid()  # a signal to one's process group crosses namespaces, and must not reach the warm parent
    confine.allow_tracing(True)
    if options["isolated"]:
        folder = confine.mount_private_folders(options)
        os.environ["HOME"] = os.environ["TMPDIR"]
    else:
        folder = Path(tempfile.mkdtemp(prefix="submission-", dir=options["folder"]))
    confine.silence()
    confine.limit(options)
    reseed()
    from .kernel import serve

    serve(socket.socket(fileno=handle), folder, options["stand_ins"], options["output_bytes"])
    os._exit(0)


def reseed():
    """A fork inherits its parent's random state: every student would draw the same numbers."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()


if __name__ == "__main__":
    main()
