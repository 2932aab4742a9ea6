"""The warm parent: imports what notebooks import, then forks a branch for each worker. Runs inside bubblewrap.

The first argument is the number of a socket. A worker connects to it, and a branch answers, which forks one kernel
after the other. Parent and branches have one thread each and run no student's code. Each kernel gets its own user,
process, mount, network and ipc namespaces: it cannot see, signal or trace these processes or another kernel's. It
writes to folders in memory that vanish with it. A worker sends commands on its connection, and each kernel's socket
with the command that asks for the kernel.
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
from .lender import Lending


def main() -> None:
    options = json.loads(sys.argv[2])
    listener = socket.socket(fileno=int(sys.argv[1]))
    if options["isolated"]:
        confine.hide_processes()
        confine.keep_whole_processes()
    os.environ.update(options["environment"])
    preload(options["preload"])
    if options["isolated"]:
        confine.close_private_folder()
        # Started by root, it keeps what it takes to make a user for each kernel, and to end that user's processes.
        confine.keep_only(() if options["user"] is None else (confine.KILL, confine.SETGID, confine.SETUID))
    # All forks keep sharing today's objects: their garbage collectors do not write to these.
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
            # With the listener a kernel could answer other workers.
            listener.close()
            branch(control, options)
        control.close()


def reap():
    """Wait for branches that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def branch(control, options):
    """Serve one worker until it closes the connection, then end."""
    try:
        control.sendall(b"w")  # with this byte the system tells the worker our process number
        serve_worker(control, options)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(0)


def serve_worker(control, options):
    """Fork, interrupt and kill kernels at the worker's command."""
    child, reported = None, True
    while True:
        # Polling notices the child's end soon. A signal handler would be inherited by kernels.
        ready, _, _ = select.select([control], [], [], None if reported else 0.02)
        if child is not None and os.waitpid(child.supervisor, os.WNOHANG)[0]:
            child.signal(signal.SIGKILL)  # in case its supervisor ended first
            child = None
        if child is None and not reported:
            wire.send(control, {"is": "ended"})
            reported = True
        if not ready:
            continue
        data, handles, _flags, _address = socket.recv_fds(control, 1, 2)
        if not data:
            if child is not None:
                child.signal(signal.SIGKILL)
            return
        if data == b"f":
            child, reported = Child(handles, options, control), False
        elif data == b"i" and child is not None:
            child.signal(signal.SIGINT)
        elif data == b"k" and child is not None:
            child.signal(signal.SIGKILL)


def preload(names: list[str]) -> list[str]:
    """Import those of `names` that are installed; return them."""
    found = []
    for name in names:
        if importlib.util.find_spec(name.partition(".")[0]) is not None:
            importlib.import_module(name)
            found.append(name)
    return found


class Child:
    """One kernel and its supervisor: the process that made the namespaces and waits for the kernel."""

    def __init__(self, handles, options, control):
        reading, writing = os.pipe()
        self.supervisor = os.fork()
        if self.supervisor == 0:
            try:
                control.close()
                os.close(reading)
                supervise(*handles, writing, options)
            except BaseException as error:
                os.write(2, f"{type(error).__name__}: {error}\n".encode())
            finally:
                os._exit(1)
        for handle in (writing, *handles):
            os.close(handle)
        with os.fdopen(reading, "rb") as pipe:
            self.pid = int(pipe.read() or 0)

    def signal(self, number):
        if self.pid:  # 0: the kernel did not start, and its supervisor has ended
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass  # it ended just now


def supervise(handle, orders, writing, options):
    """Make the namespaces, fork the kernel, send its number, lend it what the grader orders, until it ends.

    `handle` is the kernel's socket to the grader, `orders` this process's own.
    """
    if options["isolated"]:
        if options["user"] is not None:
            confine.become_another(options["user"])
        confine.unshare()
        confine.own_network()
        if options["hosts"]:
            hand_out_a_port(orders)
    # The supervisor shares the kernel's user namespace, so the kernel could trace it through /proc.
    confine.allow_tracing(False)
    orders = socket.socket(fileno=orders)
    desk, kernels_desk = socket.socketpair(type=socket.SOCK_SEQPACKET)
    waiting, confined = os.pipe()
    kernel = os.fork()
    if kernel:
        os.close(handle)
        kernels_desk.close()
        # The kernel must end with the branch. It could ignore a signal; its supervisor does not.
        signal.signal(signal.SIGTERM, lambda *_: os.kill(kernel, signal.SIGKILL))
        confine.end_with_parent(signal.SIGTERM)
        if options["isolated"]:
            confine.give_up_rights()
            confine.allow_calls(options["calls"])
        os.close(confined)
        os.close(waiting)
        os.write(writing, str(kernel).encode())
        os.close(writing)
        Lending(orders, desk, options).until_ended(kernel)
        os._exit(0)
    os.close(confined)
    os.close(writing)
    orders.close()
    desk.close()
    confine.end_with_parent(signal.SIGKILL)
    os.setsid()  # a signal to the process group crosses namespaces, and must not reach the warm parent
    if options["isolated"]:
        folder = confine.mount_private_folders(options)
        os.read(waiting, 1)  # till the supervisor has looked itself up in /proc: in the kernel's own it has no number
        confine.own_processes()
        os.environ["HOME"] = os.environ["TMPDIR"]
        confine.give_up_rights()
    else:
        folder = Path(tempfile.mkdtemp(prefix="submission-", dir=options["folder"]))
    os.close(waiting)
    confine.allow_tracing(True)
    confine.silence()
    confine.limit(options)
    reseed()
    if options["isolated"]:
        confine.allow_calls(options["calls"])
    from .kernel import serve

    serve(socket.socket(fileno=handle), kernels_desk, folder, options)
    os._exit(0)


def hand_out_a_port(orders):
    """Open a port of the kernel's own network, on which the grader answers: see network."""
    with socket.socket() as listener, socket.socket(fileno=os.dup(orders)) as way:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        socket.send_fds(way, [b"n"], [listener.fileno()])
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ[name] = address
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = "localhost,127.0.0.1"


def reseed():
    """Seed again: a fork inherits the random state, and every student would draw the same numbers."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()


if __name__ == "__main__":
    main()
