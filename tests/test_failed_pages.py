"""If one page fails, readers still get all others; strict builds, such as the author's, stop."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

EXT = Path(__file__).parents[1] / "book" / "_ext"
sys.path.insert(0, str(EXT))

PAGE = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  name: {kernel}
execution:
  {execution}
---

# The title

Before.

```{{code-cell}} ipython3
print("first of", 6 * 7)
```

```{{code-cell}} ipython3
{code}
```

```{{code-cell}} ipython3
print("last of", 6 * 7)
```
"""
# With a delay: the kernel must first have reported that the cell has started.
DIES = "import os, signal, time; time.sleep(2); os.kill(os.getpid(), signal.SIGKILL)"
WARNS = "import sys; print('a warning', file=sys.stderr)"


class Book:
    """A book of two pages, `index` and `other`; one of them holds the code that a test gives."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        (folder / "conf.py").write_text(f"""
import sys
sys.path.insert(0, {str(EXT)!r})
extensions = ["myst_nb", "failed_pages"]
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_output_stderr = "error"
exclude_patterns = ["_build"]
""")
        self.write("index", "pass")
        with (folder / "index.md").open("a") as file:
            file.write("\n```{toctree}\nother\n```\n")

    def write(self, name, code, execution="timeout: 100", kernel="python3"):
        (self.folder / f"{name}.md").write_text(PAGE.format(code=code, execution=execution, kernel=kernel))

    def build(self, strict=False):
        """Build; return the exit status, or the error that stopped the build."""
        built, trees = self.folder / "_build" / "html", self.folder / "_build" / "trees"
        self.warnings = io.StringIO()
        says = {"status": None, "warning": self.warnings, "warningiserror": strict, "keep_going": strict}
        with docutils_namespace():
            app = Sphinx(self.folder, self.folder, built, trees, "html", **says)
            try:
                app.build()
            except Exception as error:
                return type(error).__name__
        return app.statuscode

    def page(self, name):
        """The text of a page, without its markup."""
        html = (self.folder / "_build" / "html" / f"{name}.html").read_text()
        body = html[html.index('<div class="body"') : html.index('<div class="sphinxsidebar"')]
        return re.sub(r"<[^>]+>", "", body)

    @property
    def record(self):
        path = self.folder / "_build" / "failed_pages.txt"
        return path.read_text() if path.exists() else None


@pytest.fixture
def book(tmp_path):
    return Book(tmp_path / "book")


def test_a_page_that_fails_says_so_and_leaves_the_others_whole(book):
    book.write("other", "1 / 0")
    assert book.build() == 1
    failed, whole = book.page("other"), book.page("index")
    note = "It stopped in code cell 2 of 3 (line 22 of its file)."
    shown = ["The title", "This page failed", note, "ZeroDivisionError: division by zero"]
    shown += ["Before.", "first of 42", "ZeroDivisionError", "----&gt; 1 1 / 0"]
    assert re.search(".*".join(map(re.escape, shown)), failed, re.DOTALL), failed
    assert "last of 42" not in failed
    assert "first of 42" in whole and "last of 42" in whole and "failed" not in whole
    assert book.record == (
        "Pages that failed: 1 of 2; each says so on top, the others are whole. "
        "other in code cell 2 of 3 (line 22 of its file): ZeroDivisionError: division by zero"
    )


@pytest.mark.parametrize(
    "code, why",
    [
        (DIES, "in code cell 2 of 3 (line 22 of its file): DeadKernelError: Kernel died"),
        ("while True: pass", "CellTimeoutError: A cell timed out while it was being executed, after 1 seconds."),
        ("raise ValueError('one\\ntwo')", "ValueError: one"),
    ],
    ids=["dies", "hangs", "two lines"],
)
def test_every_way_to_fail_is_told_in_one_line(book, code, why):
    book.write("other", code, execution="timeout: 1" if code.startswith("while") else "timeout: 100")
    assert book.build() == 1
    assert why in book.record and len(book.record.splitlines()) == 1
    assert "This page failed" in book.page("other") and "last of 42" in book.page("index")


def test_a_kernel_that_does_not_start_is_a_failed_page(book):
    book.write("other", "pass", kernel="no_such_kernel")
    assert book.build() == 1
    assert "other before its first cell: " in book.record and "no_such_kernel" in book.record
    assert book.build(strict=True) == "NoSuchKernel"


def test_a_page_is_run_again_until_it_is_whole(book, tmp_path):
    there = tmp_path / "there"
    book.write("other", f"open({str(there)!r})")
    assert book.build() == 1 and book.build() == 1
    assert "FileNotFoundError" in book.record
    there.touch()  # the page itself stays as it is
    assert book.build() == 0
    assert book.record is None and "failed" not in book.page("other")


def test_a_strict_build_stops_at_a_page_that_fails_also_after_a_reader_s(book):
    book.write("other", "1 / 0")
    assert book.build(strict=True) == "ExecutionError"
    assert book.build() == 1
    assert book.build(strict=True) == "ExecutionError" and book.record is None
    book.write("other", "1 / 1")
    assert book.build(strict=True) == 0


def test_a_warning_that_a_cell_prints_stops_the_strict_alone(book):
    book.write("other", WARNS)
    assert book.build() == 0
    assert book.record is None and "a warning" in book.page("other")
    assert book.build(strict=True) == 1  # nothing has changed since, and yet it is not passed over
    assert book.build(strict=True) == 1
    assert book.build() == 0
    book.write("other", "pass")
    assert book.build(strict=True) == 0


def test_jupyter_book_ends_with_the_status_and_no_kernel_warns_of_its_connection(tmp_path):
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    (folder / "_config.yml").write_text(
        "only_build_toc_files: true\nexecute: {execute_notebooks: cache, raise_on_error: true}\n"
        f"sphinx: {{local_extensions: {{failed_pages: {EXT}}}}}\n"
    )
    for code, status in (("1 / 0", 1), ("pass", 0)):
        (folder / "index.md").write_text(PAGE.format(code=code, execution="timeout: 100", kernel="python3"))
        program = [Path(sys.executable).with_name("jupyter-book"), "build", "."]
        done = subprocess.run(program, cwd=folder, capture_output=True, text=True)
        assert done.returncode == status, done.stdout + done.stderr
        assert (folder / "_build" / "html" / "index.html").exists()
        assert "without encryption" not in done.stdout + done.stderr
