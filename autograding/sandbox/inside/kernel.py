"""Serve one submission inside the sandbox: run its cells, and call its functions on the grader's problems.

A graded cell is kept as it stands at its place in the notebook (`hold`), and asked when the whole notebook has run: no
cell comes after a problem, so none can show it. What is kept is a copy of this process (a fork): what later cells do to
the same objects does not reach it, and a call that dies or hangs costs nothing else. But a copy has no threads. Where a
notebook has left some, such as a pool that its function uses, names are kept, and the call runs in this process.
"""

import json
import os
import resource
import signal
import socket
import sys
import threading
from pathlib import Path

from . import confine, lender, wire
from .shell import make_shell
from .witness import make_witness

# More than any answer that the grader accepts.
LONGEST = 1 << 40


def serve(sock, desk, folder: Path, options: dict) -> None:
    """Answer the grader until it closes the socket. The first frame brings the files of the notebook's folder."""
    message, blob = wire.receive(sock, LONGEST)
    _write_files(folder, message["files"], blob)
    os.chdir(folder)
    # What a notebook would find, with the stand-ins first and without this package.
    first = [*[options["stand_ins"]] * bool(options["stand_ins"]), "", *options["python_path"]]
    sys.path[:] = [*first, *(p for p in sys.path[1:] if p != os.environ["PYTHONPATH"])]
    del os.environ["PYTHONPATH"]
    outputs_most = options["output_bytes"]
    outlet = Outlet(sock, outputs_most)
    shell = make_shell(outlet.send)
    # Bound before a stranger's code runs: if that replaces a name, these still hold the original.
    witness, my_number, run_cell, hold, aside = make_witness(shell, outlet), os.getpid, shell.run_cell, _hold, _aside
    held, in_context = {}, shell.loop_runner.context.run  # by graded cell; what cells have set holds in its call
    for name in [name for name in sys.modules if name.partition(".")[0] == __package__]:
        del sys.modules[name]
    outlet.frame({"is": "ready"})
    me = my_number()
    while True:
        try:
            request = witness.receive()
        except KeyboardInterrupt:
            continue  # it was meant for a cell that has just ended
        if request is None:
            return
        message, blob = request
        # The copy that answers does not get the number of its request.
        number = message.pop("number")
        error = value = None
        try:
            if message["do"] == "aside":
                aside(outlet, run_cell, message)
            elif message["do"] == "hold":
                held[message["cell"]] = hold(outlet, desk, shell.user_ns, in_context)
            elif message["do"] == "call":
                cell = message["cell"]
                answer = (held.pop if message["last"] else held.__getitem__)(cell).answer(message, blob)
                if answer is not None:
                    outlet.frame({"is": "answer", "number": number, **answer[0]}, answer[1])
            else:
                outlet.left = outputs_most
                if message["test"] is not None:
                    error, value = witness.run_graded(message["source"], *message["test"])
                else:
                    result = run_cell(message["source"], store_history=not message["unseen"])
                    error = result.error_before_exec or result.error_in_exec
            sys.stdout.flush()
            sys.stderr.flush()
        except KeyboardInterrupt as interrupt:
            error = error or interrupt
        except Exception as trouble:  # a cell replaced a part of IPython: that cell fails
            error = error or trouble
        if my_number() != me:
            return  # a cell forked and did not end the fork: only the first process is the kernel
        witness.done(number, error, value)


class Outlet:
    """The way to the grader: it sends frames of several threads one by one, and a cell's outputs up to a size."""

    def __init__(self, sock, most):
        self.sock, self.left, self.lock = sock, most, threading.Lock()

    def frame(self, message, blob=b""):
        with self.lock:
            wire.send(self.sock, message, blob)

    def send(self, message):
        """Send one output. Beyond the limit, tell once that outputs are cut, and drop the rest."""
        if self.left < 0:
            return
        try:
            text = json.dumps(message)
            wire.refuse_deep(text.encode("ascii"))
        except (wire.Malformed, RecursionError):
            text, message = "", {"is": "unfit"}
        except (TypeError, ValueError):
            return  # not JSON, so a notebook file could not hold it either
        self.left -= len(text)
        self.frame(message if self.left >= 0 else {"is": "cut"})


def _write_files(folder, files, blob):
    at = 0
    for name, size in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blob[at : at + size])
        at += size


class Copy:
    """A graded cell as it was at its place: a fork of the kernel, with all that the notebook had then. It waits for
    questions, answers them, and ends after the last one."""

    def __init__(self, outlet, desk, namespace, in_context):
        self.sock, theirs = socket.socketpair()
        for end in (self.sock, theirs):
            end.settimeout(None)  # a notebook may have set another for all new sockets
        self.pid = confine.fork_aside()
        if self.pid == 0:
            try:
                self.sock.close()
                outlet.left = -1  # send no output of a graded call
                last = False
                while not last:
                    message, blob = wire.receive(theirs, LONGEST)
                    last = message["last"]
                    spare_files()
                    wire.send(theirs, *in_context(_packed_answer, desk, namespace, message, blob))
            finally:
                os._exit(0)
        theirs.close()
        self.handle = os.pidfd_open(self.pid)

    def answer(self, message, blob):
        """The answer, packed, or None if the copy ended before."""
        answer = None
        try:
            wire.send(self.sock, message, blob)
            answer = wire.receive(self.sock, LONGEST)
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            if answer is None or message["last"]:
                self.sock.close()
                end_process(self.handle, self.pid)
        return answer


class Names:
    """A graded cell where no copy can be made, because threads serve the notebook: what its names were at its place."""

    def __init__(self, outlet, desk, namespace, in_context):
        self.outlet, self.desk, self.namespace, self.in_context = outlet, desk, namespace, in_context
        self.names = dict(namespace)

    def answer(self, message, blob):
        """The answer, packed, or None if the call wanted to end the kernel."""
        self.outlet.left = -1
        now = dict(self.namespace)
        try:
            # Functions look their names up in this very dict.
            _replace(self.namespace, self.names)
            return self.in_context(_packed_answer, self.desk, self.namespace, message, blob)
        except SystemExit:
            return None
        finally:
            _replace(self.namespace, now)


def _hold(outlet, desk, namespace, in_context):
    if len(os.listdir("/proc/self/task")) == 1:
        try:
            return Copy(outlet, desk, namespace, in_context)
        except OSError:
            pass  # the notebook has taken all processes or files
    return Names(outlet, desk, namespace, in_context)


def _aside(outlet, run_cell, message):
    """Run the cells of another notebook in a fork, and wait for it. Each has its time; the grader limits all of it."""
    child = confine.fork_aside()
    if child == 0:
        try:
            outlet.left = -1  # nobody sees what it shows
            for number in (signal.SIGPROF, signal.SIGALRM):
                signal.signal(number, signal.default_int_handler)
            for source in message["sources"]:
                signal.setitimer(signal.ITIMER_PROF, message["seconds"])
                signal.setitimer(signal.ITIMER_REAL, message["seconds"] * message["wall"])
                run_cell(source)
        finally:
            os._exit(0)
    handle = os.pidfd_open(child)
    try:
        os.waitpid(child, confine.WAIT_FOR_ANY_KIND)
    finally:
        end_process(handle, child)


def spare_files():
    """Let the call have some files, however many the notebook has left open."""
    _most, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def end_process(handle, child):
    """Kill a child of this process. A notebook may have waited for it, and its number may be another's by now."""
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.waitpid(child, confine.WAIT_FOR_ANY_KIND)
    except (ProcessLookupError, ChildProcessError):
        pass
    finally:
        os.close(handle)


def _packed_answer(desk, namespace, message, blob):
    try:
        packed, arrays = wire.pack(_answer(namespace, desk, message, blob))
    except Exception as error:  # out of memory, or a value that cannot be sent: send the reason instead
        packed, arrays = wire.pack({"failed": f"{type(error).__name__}: {error}"})
    return {"answer": packed}, arrays


def _replace(names, others):
    # First those that stay: a function that traces, or a thread, uses them meanwhile.
    names.update(others)
    for name in names.keys() - others.keys():
        del names[name]


def _answer(namespace, desk, message, blob):
    if message["function"] not in namespace:
        return {"undefined": message["function"]}
    caller = {"__name__": "caller"}
    exec(compile(message["caller"], "caller.py", "exec"), caller)
    problem, function = wire.unpack(message["problem"], blob), namespace[message["function"]]
    ask = lender.at(desk) if message["lent"] else None
    return {"answer": caller["run"](problem, function) if ask is None else caller["run"](problem, function, ask)}
