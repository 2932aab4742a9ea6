"""Sphinx extension: if one page fails, the others are still built.

With -W (the author, CI, the tests) a cell that fails stops the build. Without it the page is built as far as it ran: an
admonition on top names the cell and the error, the build goes on and ends with status 1, and `failed_pages.txt` beside
the folder of pages says in one line which pages failed and why.

Every build runs failed pages again. A build with -W that follows a build with warnings reads every page again: what was
only a warning then is an error now.
"""

import traceback
from functools import partial
from pathlib import Path

import nbformat
from docutils import nodes
from jupyter_cache.executors.utils import ExecutionResult
from myst_nb.core.execute import cache
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.locale import get_translation

_ = get_translation("failed_pages")


def strict(app) -> bool:
    """Whether warnings are errors. With --keep-going, Sphinx sets `warningiserror` to False although they are."""
    return app.warningiserror or app.keep_going


def execute(notebook, *, cwd, run, forgiving, **settings):
    """Execute a page with `run`; if `forgiving`, a kernel that dies or does not start is a failed page, too.

    The first line of the stored traceback is the error itself.
    """
    try:
        result = run(notebook, cwd=cwd, **settings)
    except Exception as error:
        if not forgiving:
            raise
        result = ExecutionResult(notebook, cwd, 0, error, traceback.format_exc())
    if result.err is not None:
        result.exc_string = "".join(traceback.format_exception_only(result.err)) + result.exc_string
    return result


def begin(app):
    """Decide what a failure does, after `running_pages` has decided how pages are run."""
    _record(app).unlink(missing_ok=True)
    cache.single_nb_execution = partial(execute, run=app.running_pages.execute, forgiving=not strict(app))
    if not strict(app):
        app.env.mystnb_config = app.env.mystnb_config.copy(execution_raise_on_error=False)


def read_again(app, env, added, changed, removed):
    """The pages to read again although their text is the same as in the last build."""
    if strict(app) and _warned(app).exists():
        return env.found_docs
    return env.found_docs & failures(env).keys()


def failures(env) -> dict[str, dict]:
    """docname -> what MyST-NB noted, for each page that failed."""
    noted = {docname: NbMetadataCollector.get_exec_data(env, docname) for docname in env.found_docs}
    return {docname: data for docname, data in noted.items() if data is not None and not data["succeeded"]}


def where_and_why(env, docname) -> tuple[str, str]:
    """Where a page failed, in words, and the error."""
    path = Path(env.mystnb_config.output_folder, f"{docname}.ipynb")
    notebook = nbformat.read(path, as_version=4)
    cells = [(number, cell) for number, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    begun = [place for place, (_number, cell) in enumerate(cells) if cell.execution_count]
    noted = failures(env)[docname]
    error = noted["traceback"].splitlines()[0].removeprefix("nbclient.exceptions.")
    if not begun:
        return _("before its first cell"), error
    number, cell = cells[begun[-1]]
    for output in cell.outputs:
        if output.output_type == "error" and noted["error"] == "CellExecutionError":
            error = f"{output.ename}: {output.evalue}"
    where = _("in code cell {cell} of {cells}").format(cell=begun[-1] + 1, cells=len(cells))
    if "source_map" in notebook.metadata:  # a page that is written as text
        where += _(" (line {line} of its file)").format(line=notebook.metadata.source_map[number] + 1)
    return where, error


def tell_reader(app, doctree):
    """Say on a page that failed, below its title, what failed."""
    env = app.env
    if env.docname not in failures(env):
        return
    where, error = where_and_why(env, env.docname)
    told = _("It stopped {where}. What it should show from there on is missing. The next build runs it again.")
    note = nodes.admonition(
        "",
        nodes.title("", _("This page failed")),
        nodes.paragraph("", told.format(where=where)),
        nodes.literal_block(error, error, language="none"),
        classes=["error", "failed-page"],
    )
    first = doctree.next_node(nodes.section)
    if first is None:
        doctree.insert(0, note)
    else:
        first.insert(1, note)


def end(app, exception):
    """Leave a note for the next build, and one for the user."""
    if exception is not None or app._warncount:
        _warned(app).touch()
    elif strict(app):
        _warned(app).unlink(missing_ok=True)
    if exception is not None:
        return
    failed = sorted(failures(app.env))
    if failed:
        app.statuscode = 1
        named = []
        for name in failed:
            where, error = where_and_why(app.env, name)
            named.append(f"{name} {where}: {error.splitlines()[0]}")
        counted = f"Pages that failed: {len(failed)} of {len(app.env.found_docs)}; each says so on top"
        _record(app).write_text(f"{counted}, the others are whole. {'; '.join(named)}", encoding="utf-8")


def _record(app) -> Path:
    return Path(app.outdir).parent / "failed_pages.txt"


def _warned(app) -> Path:
    return Path(app.doctreedir) / "warned"


def setup(app):
    app.setup_extension("running_pages")
    app.connect("builder-inited", begin, priority=950)
    app.connect("env-get-outdated", read_again)
    app.connect("doctree-read", tell_reader)
    app.connect("build-finished", end)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
