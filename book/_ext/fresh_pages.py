"""Sphinx extension: a page is executed again when the code it calls has changed.

The cache of executed notebooks knows a page by its own cells alone; it would show old results after a change in
`lstm_ref`. So the cache's folder is named after a digest of everything in `fresh_when_changed`. Sphinx holds that name
among its settings, and reads every page again when it differs.
"""

import hashlib
from pathlib import Path

from sphinx.errors import ConfigError


def digest(root: Path, names: list[str]) -> str:
    """A short name for the present content of files and folders under `root`; compiled files do not count."""
    sha = hashlib.sha256()
    for name in names:
        path = root / name
        if not path.exists():
            raise ConfigError(f"fresh_when_changed names {name}, which does not exist")
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for file in files:
            if "__pycache__" not in file.parts:
                sha.update(f"{file.relative_to(root).as_posix()}\0{file.stat().st_size}\0".encode())
                sha.update(file.read_bytes())
    return sha.hexdigest()[:16]


def name_the_cache(app, config):
    """Set the cache's folder, `_build/.jupyter_cache/<digest>`."""
    key = digest(Path(app.srcdir), config.fresh_when_changed)
    config.nb_execution_cache_path = str(Path(app.outdir).parent / ".jupyter_cache" / key)


def setup(app):
    app.add_config_value("fresh_when_changed", [], "env", list)
    app.connect("config-inited", name_the_cache)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
