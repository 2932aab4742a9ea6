"""Sphinx extension: a page is executed again only when something that its cells use has changed.

The cache of executed notebooks identifies a page by its cells and its kernelspec. So each page's kernelspec gets a key:
the digest of the modules, files and packages that the cells use. Sphinx reads a page again when its key has changed. It
reads all pages again, and executes none, when the code that reads pages has changed: these extensions, or others.
"""

import ast
import importlib
import json
import platform
import re
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import yaml
from jupyter_cache import get_cache
from running_pages import executed_notebook
from sphinx.errors import ConfigError

from autograding.run.dependencies import Code, code_in, digest_of_state, digest_of_tree, names_in, versions

EXECUTE = ("IPython", "ipykernel", "nbclient")
READ = ("docutils", "myst_parser", "sphinx")
# How many results the cache keeps for each page: going back to an earlier state of the sources executes nothing.
KEPT = 5
FRONT_MATTER = re.compile(r"\A---\n(.*?)^---[ \t]*$", re.MULTILINE | re.DOTALL)


def note_readers(_app, config):
    """Let Sphinx compare the code that reads pages with that of the last build."""
    packages = {name.partition(".")[0] for name in config.extensions}
    config.fresh_readers = digest_of_state(
        {"book/_ext": digest_of_tree(Path(__file__).parent), **versions({*READ, *packages})}
    )


def find_changed_pages(app, env, _added, _changed, _removed):
    """The pages whose key has changed since they were read."""
    data = data_files(Path(app.srcdir), app.config.fresh_data)
    code = Code(*app.config.fresh_packages)
    pages = {name: page for name in env.found_docs if (page := executed_page(env, name)) is not None}
    keys = {name: digest_of_state(state_of(page, code, app.config.fresh_checks, data)) for name, page in pages.items()}
    if keys:
        get_cache(env.mystnb_config.execution_cache_path).change_cache_limit(KEPT * len(keys))
    before, env.page_keys = getattr(env, "page_keys", {}), keys
    return [name for name, key in keys.items() if before.get(name) != key]


def executed_page(env, name: str) -> str | None:
    """The Python code of a page that is executed; None for any other page."""
    path = Path(env.doc2path(name))
    notebook = executed_notebook(env, path, path.read_text(encoding="utf-8"))
    if notebook is None:
        return None
    return code_in(cell.source for cell in notebook.cells if cell.cell_type == "code")


def state_of(page: str, code: Code, checks: str, data: dict[str, Path]) -> dict[str, str]:
    """All that the result of a page depends on besides its own text, each with its digest or version.

    A page that calls checks must name them, and a page that reads data must name its files: `"rows.csv"`, `"*.csv"`.
    """
    names = names_in(page)
    said = {node.value for node in ast.walk(ast.parse(page)) if isinstance(node, ast.Constant)}
    said = {value for value in said if isinstance(value, str)}
    if checks and checks in code.modules(names):
        names |= code.of_checks(importlib.import_module(checks), said)
    named = {PurePosixPath(value).name for value in said if "." in value}
    read = {place: file for place, file in data.items() if any(fnmatchcase(file.name, name) for name in named)}
    files = {place: digest_of_tree(file) for place, file in read.items()}
    return {"Python": platform.python_version(), **versions(EXECUTE), **files, **code.state(names)}


def data_files(root: Path, folders: list[str]) -> dict[str, Path]:
    """Each file in these folders, by its place below `root`."""
    for folder in folders:
        if not (root / folder).is_dir():
            raise ConfigError(f"fresh_data names {folder}, expected a folder in {root}")
    files = [file for folder in folders for file in sorted((root / folder).rglob("*")) if file.is_file()]
    return {file.relative_to(root).as_posix(): file for file in files}


def add_key(app, name, source):
    """Put the key into the text of a page as Sphinx reads it."""
    if name in app.env.page_keys:
        source[0] = with_key(source[0], app.env.page_keys[name])


def with_key(text: str, key: str) -> str:
    """A page with the key in its kernelspec. It keeps its number of lines, because messages name lines by number."""
    front = FRONT_MATTER.match(text)
    if front is None:  # an .ipynb
        return json.dumps(_keyed(json.loads(text), key))
    page = _keyed({"metadata": yaml.safe_load(front[1])}, key)
    one_line = json.dumps(page["metadata"], ensure_ascii=False)  # JSON is YAML
    return "---\n" + one_line + "\n" * front[1].count("\n") + "---" + text[front.end() :]


def _keyed(notebook, key):
    notebook["metadata"].setdefault("kernelspec", {"name": "python3", "display_name": "Python 3"})["uses"] = key
    return notebook


def setup(app):
    app.add_config_value("fresh_packages", [], "", list)
    app.add_config_value("fresh_checks", "", "", str)
    app.add_config_value("fresh_data", [], "", list)
    app.add_config_value("fresh_readers", "", "env", str)
    app.connect("config-inited", note_readers)
    app.connect("env-get-outdated", find_changed_pages)
    app.connect("source-read", add_key)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
