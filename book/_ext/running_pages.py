"""Sphinx extension: several pages are executed at a time, while Sphinx reads one after the other.

When Sphinx knows which pages it will read, those whose results are not in the cache start to run, each in its kernel.
MyST-NB then asks for one page after the other, and waits if a page is still running.
"""

import os
from multiprocessing.pool import ThreadPool
from pathlib import Path, PurePosixPath

from jupyter_cache import get_cache
from jupyter_cache.executors.utils import single_nb_execution
from jupyter_core.utils import ensure_event_loop
from myst_nb.core.execute import cache
from myst_nb.core.read import create_nb_reader
from traitlets.config import Config

# More would not be faster: the build then waits for the longest page. Each kernel takes up to half a gigabyte.
AT_ONCE = min(4, os.cpu_count() or 1)
# Without this, each kernel warns that others could read its messages.
KERNEL = Config({"KernelManager": {"transport_encryption": "auto"}})


class Running:
    """Pages that run, each in its own kernel. A page is identified by its hash in the cache and by its folder."""

    def __init__(self, at_once):
        self._at_once = at_once
        self._pool = None
        self._begun = {}
        self._cache = None

    def begin(self, kept, notebook, cwd, **settings):
        """Start to run a page, unless its result is in the cache `kept`."""
        self._cache = kept
        try:
            kept.match_cache_notebook(notebook)
        except KeyError:
            self._pool = self._pool or ThreadPool(self._at_once)
            run = self._pool.apply_async(_run_in_thread, (notebook, cwd, settings))
            self._begun[self._name(notebook, cwd)] = notebook, run

    def execute(self, notebook, *, cwd, **settings):
        """Like jupyter-cache's `single_nb_execution`: the notebook gets its outputs; the result holds any error."""
        begun = self._begun.pop(self._name(notebook, cwd), None) if self._begun else None
        if begun is None:
            return _run(notebook, cwd, settings)
        ran, run = begun
        try:
            return run.get()
        except BaseException:  # Ctrl-C, too
            self.end()
            raise
        finally:
            notebook.update(ran)  # its outputs so far, if its kernel died

    def end(self):
        """Start no more pages, and do not wait for those that run: their kernels end with this process."""
        if self._pool is not None:
            self._pool.terminate()

    def _name(self, notebook, cwd):
        return self._cache.create_hashed_notebook(notebook)[1], str(cwd)


def _run(notebook, cwd, settings):
    return single_nb_execution(notebook, cwd=cwd, config=KERNEL, **settings)


def _run_in_thread(*page):
    try:
        return _run(*page)
    finally:
        ensure_event_loop().close()  # each thread has its own, which nobody else closes


def executed_notebook(env, path: Path, text: str):
    """The text of a page as a notebook if it is to be executed; None for any other page."""
    settings = env.mystnb_config
    reader = create_nb_reader(str(path), env.myst_config, settings, text)
    if reader is None or any(PurePosixPath(path).match(pattern) for pattern in settings.execution_excludepatterns):
        return None
    return reader.read(text)


def prepare(app):
    app.running_pages = Running(app.config.running_pages_at_once)
    cache.single_nb_execution = app.running_pages.execute
    # Several kernels, each with as many threads as there are processors, would slow each other down.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def begin(app, env, docnames):
    """Start all pages that MyST-NB will ask for, in the order in which Sphinx reads them."""
    settings = env.mystnb_config
    kept = get_cache(settings.execution_cache_path)
    for name in docnames:
        path = Path(env.doc2path(name))
        text = [path.read_text(encoding="utf-8")]
        app.emit("source-read", name, text)  # as it will be read
        notebook = executed_notebook(env, path, text[0])
        if notebook is not None:
            limits = {"timeout": settings.execution_timeout, "allow_errors": settings.execution_allow_errors}
            app.running_pages.begin(kept, notebook, os.path.abspath(path.parent), **limits)


def end(app, _exception):
    app.running_pages.end()


def setup(app):
    app.add_config_value("running_pages_at_once", AT_ONCE, "", int)
    app.connect("builder-inited", prepare, priority=900)
    app.connect("env-before-read-docs", begin)
    app.connect("build-finished", end)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
