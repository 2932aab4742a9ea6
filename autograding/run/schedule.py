"""Where jobs run: in processes of this machine, or on a Dask cluster. Both are a concurrent.futures executor."""

import multiprocessing
import multiprocessing.connection
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from typing import NamedTuple

from autograding.course import CourseError
from autograding.messages import _
from autograding.sandbox import cgroup, warm

CONNECTING = "10s"


class Outcome(NamedTuple):
    """One job's result, or the error that it ended with."""

    name: object
    result: object = None
    error: Exception | None = None


def processors() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0))


class Local:
    """A number of processes, with temporary files under `scratch`: `with Local(2, scratch) as pool`."""

    def __init__(self, jobs: int, scratch: str):
        self.jobs, self.scratch = jobs, scratch
        self._executor: ProcessPoolExecutor | None = None
        # A fresh process imports the grader once and forks the workers: they share its memory, and none of them
        # inherits an open gradebook. It needs the module's real name: workers cannot import "__main__".
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["autograding.__main__", "autograding.run.freeze"])

    def __enter__(self):
        cgroup.settle()  # before anything is forked: all that is in the group is still this run's own
        self._others = set(multiprocessing.active_children())
        return self

    def __exit__(self, kind, *_exception):
        if self._executor is None:
            return
        # After Ctrl-C, or an error that ends the run, do not wait for notebooks: they may take minutes.
        self._executor.shutdown(wait=kind is None, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - self._others:
            process.terminate()
        cgroup.clear()

    def executor(self) -> Executor:
        """The pool of processes; a new one after the last one broke."""
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self.jobs, mp_context=self._context, initializer=_begin, initargs=(self.scratch,)
            )
        return self._executor

    def give_up(self) -> None:
        """Drop a broken pool."""
        self._executor.shutdown()
        self._executor = None


def _begin(scratch):
    """Begin a worker. It ignores Ctrl-C, because the run then ends its workers, and it ends when the run ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = scratch
    warm.share(scratch)
    threading.Thread(target=_end_with_the_run, daemon=True).start()


def _end_with_the_run():
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)  # not sys.exit: the main thread may be waiting for a notebook


class Dask:
    """The workers of a Dask scheduler, for example tcp://10.0.0.1:8786. If a worker dies, another gets its job."""

    def __init__(self, address: str):
        try:
            from distributed import Client
        except ImportError as error:
            raise CourseError(_("--scheduler needs Dask: pip install dask distributed")) from error
        try:
            self._client = Client(address, timeout=CONNECTING, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CourseError(
                _("no Dask scheduler answers at {address}: {error}").format(address=address, error=error)
            ) from error
        if not self._client.scheduler_info()["workers"]:
            self._client.close()
            raise CourseError(_("the Dask scheduler at {address} has no workers").format(address=address))

    def __enter__(self):
        # Not pure: --force executes a job again. Dask does not retry a job that raises; it retries a job some times
        # when its worker dies (distributed.scheduler.allowed-failures).
        self._executor = self._client.get_executor(pure=False)
        return self

    def __exit__(self, *_exception):
        self._executor.shutdown(wait=False)
        self._client.close()

    def executor(self) -> Executor:
        """The cluster."""
        return self._executor

    def give_up(self) -> None:
        """Do nothing: a cluster replaces its workers itself."""


Pool = Local | Dask


def outcomes_of(pool: Pool, function: Callable, jobs: Iterable[tuple[object, object]], ahead: int) -> Iterator[Outcome]:
    """Apply `function` to each (name, job), at most `ahead` at once, and yield the outcomes as they come.

    A job of None gives an empty outcome. A worker that dies breaks a local pool for all of its jobs. They are then
    tried again one by one, so that only the job that kills its worker is given up.
    """
    todo = iter(jobs)
    exhausted = False
    while not exhausted:
        suspects, pending = [], {}
        while True:
            while not suspects and not exhausted and len(pending) < ahead:
                name, job = next(todo, (None, todo))
                if job is todo:
                    exhausted = True
                elif job is None:
                    yield Outcome(name)
                else:
                    try:
                        pending[pool.executor().submit(function, job)] = (name, job)
                    except BrokenExecutor:
                        suspects.append((name, job))
            if not pending:
                break
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                name, job = pending.pop(future)
                outcome = _outcome(name, future)
                if isinstance(outcome.error, BrokenExecutor):
                    suspects.append((name, job))
                else:
                    yield outcome
        for name, job in suspects:
            pool.give_up()
            yield _outcome(name, pool.executor().submit(function, job))
        if suspects:
            pool.give_up()


def _outcome(name, future: Future):
    try:
        return Outcome(name, result=future.result())
    except Exception as error:  # the caller tells it; the other jobs go on
        return Outcome(name, error=error)
