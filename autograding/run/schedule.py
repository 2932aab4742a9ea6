"""Where jobs run: in processes of this machine, or on a Dask cluster. Both are a concurrent.futures executor."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from typing import NamedTuple

from autograding.course import CourseError
from autograding.messages import _
from autograding.run.apart import Nursery, use
from autograding.sandbox import cgroup

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
    """A number of threads, each with a process that executes, and temporary files under `scratch`.

    `with Local(2, scratch) as pool`.
    """

    def __init__(self, jobs: int, scratch: str):
        self._nursery = Nursery(scratch)
        self._executor = ThreadPoolExecutor(jobs, initializer=use, initargs=(self._nursery,))

    def __enter__(self):
        cgroup.settle()  # before anything is forked: all that is in the group is still this run's own
        return self

    def __exit__(self, kind, *_exception):
        try:
            # After Ctrl-C, or an error that ends the run, do not wait for notebooks: they may take minutes.
            self._executor.shutdown(wait=kind is None, cancel_futures=True)
        finally:
            self._nursery.end()
            self._executor.shutdown()
            self._nursery.close()
            cgroup.clear()

    def executor(self) -> Executor:
        """The threads."""
        return self._executor


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


Pool = Local | Dask


def outcomes_of(pool: Pool, function: Callable, jobs: Iterable[tuple[object, object]], ahead: int) -> Iterator[Outcome]:
    """Apply `function` to each (name, job), at most `ahead` at once, and yield the outcomes as they come.

    A job of None gives an empty outcome.
    """
    todo = iter(jobs)
    pending: dict[Future, object] = {}
    exhausted = False
    while pending or not exhausted:
        while not exhausted and len(pending) < ahead:
            name, job = next(todo, (None, todo))
            if job is todo:
                exhausted = True
            elif job is None:
                yield Outcome(name)
            else:
                pending[pool.executor().submit(function, job)] = name
        if pending:
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                yield _outcome(pending.pop(future), future)


def _outcome(name, future: Future):
    try:
        return Outcome(name, result=future.result())
    except Exception as error:  # the caller tells it; the other jobs go on
        return Outcome(name, error=error)
