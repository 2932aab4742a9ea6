"""What code depends on: the modules that it imports, the files next to them that they name, and packages.

The grader asks what a grade depends on (`digest`); the book asks what a page depends on (`book/_ext/fresh_pages.py`).
So this module needs neither nbgrader nor Sphinx, and knows no course.
"""

import ast
import hashlib
import os
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec, resolve_name
from pathlib import Path
from types import ModuleType

import grimp
from IPython.core.inputtransformer2 import TransformerManager

# Translators write these files. Programs read the .mo files that are made from them.
OF_TRANSLATORS = (".po", ".pot")


class Code:
    """The modules of some packages and the imports among them, read from their texts. No module is run.

    It sees every import statement, also within functions. A package that loads its names when they are used
    (lazy_loader) has a stub, `__init__.pyi`, which says where they are. An import by a name made at run time is not
    seen. For a package of a distribution the version counts; any other imported module is read as well. The modules
    named by `without` count for nothing.
    """

    def __init__(self, *packages: str, without: Iterable[str] = ()):
        self._without = tuple(without)
        self._read(packages)

    def _read(self, names):
        self._tops = {name: _text_of(name) for name in names}
        packages = [name for name, file in self._tops.items() if file.name == "__init__.py"]
        self._graph = grimp.build_graph(
            *packages, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
        )
        stubs = {
            module: self._file(module).with_suffix(".pyi") for module in self._graph.modules if self._is_read(module)
        }
        self._facades = {module: _names_in_stub(module, stub) for module, stub in stubs.items() if stub.is_file()}
        for package, names in self._facades.items():
            # To import a name from there is to use the module that defines it; to import the package is to use all.
            for importer in self._graph.find_modules_that_directly_import(package):
                self._graph.remove_import(importer=importer, imported=package)
                self._import(
                    importer, (name for name in self._names_in(importer) if f"{name}.".startswith(f"{package}."))
                )
            self._import(package, names.values())
        for name in self._tops.keys() - set(packages):  # grimp reads packages only: add single modules
            self._graph.add_module(name)
            self._import(name, self._names_in(name))
        for module in self._without:
            self._graph.remove_module(module)

    def _import(self, importer, names):
        for module in self.modules(names):
            if module not in self._graph.modules:
                self._graph.add_module(module, is_squashed=True)
            self._graph.add_import(importer=importer, imported=module)

    def _names_in(self, module):
        file = self._file(module)
        package = module if file.name == "__init__.py" else module.rpartition(".")[0]
        return names_in(file.read_text(encoding="utf-8"), package)

    def beneath(self, module: str) -> set[str]:
        """The module and, in the case of a package, all modules in it."""
        return {module, *self._graph.find_descendants(module)}

    def of_checks(self, checks: ModuleType, asked: Iterable[str]) -> set[str]:
        """The modules that a course's module of checks needs for the checks named by `asked`: DESIGN.md, "The seam".

        Names of no check are skipped.
        """
        if not hasattr(checks, "defined_in"):
            return self.beneath(checks.__name__)
        return {checks.__name__, *(module for name in asked if (module := checks.defined_in(name)))}

    def modules(self, names: Iterable[str]) -> set[str]:
        """The modules that define these dotted names; for a package that is not read, the package."""
        return {self._module(name) for name in names}

    def state(self, names: Iterable[str]) -> dict[str, str]:
        """All that these dotted names ("numpy", "package.module.function") use.

        Files have their digests, by their place in their package; distributions have their versions, by name.
        """
        used = self.modules(names)
        for module in used & self._graph.modules:
            used |= self._graph.find_upstream_modules(module)
        read = {module for module in used if self._is_read(module)}
        more = {name for name in used - read if name not in _distributions() and _has_text(name)}
        if more:
            self._read({*self._tops, *more})
            return self.state(names)
        files = {file for module in read for file in self._files(module)}
        return {name: digest_of_tree(file) for name, file in sorted(files)} | versions(used - read)

    def _module(self, name):
        if not self._is_read(name):
            return name.partition(".")[0]
        module, wanted = name, ""
        while module not in self._graph.modules:
            module, _, wanted = module.rpartition(".")
        found = self._facades.get(module, {}).get(wanted, module)
        return found if found in (module, name) else self._module(found)

    def _is_read(self, name):
        return name.partition(".")[0] in self._tops

    def _file(self, module):
        top, *rest = module.split(".")
        if not rest:
            return self._tops[top]
        place = self._tops[top].parent.joinpath(*rest)
        package = place / "__init__.py"
        return package if package.is_file() else place.with_suffix(".py")

    def _files(self, module):
        """The texts that run when a module is imported (its packages' and its own), and the files that they name.

        What its packages import does not count here.
        """
        parts = module.split(".")
        root = self._tops[parts[0]].parent
        root = root.parent if self._tops[parts[0]].name == "__init__.py" else root
        for length in range(1, len(parts) + 1):
            file = self._file(".".join(parts[:length]))
            if file.is_file():  # a folder of modules without __init__.py has no text
                for found in (file, *_named_beside(file)):
                    yield found.relative_to(root).as_posix(), found


def names_in(source: str, package: str = "") -> set[str]:
    """The dotted names that a Python text imports, or uses as attributes of what it imports.

    `package` is the text's own package, for imports that begin with a dot. Those with too many dots are left out.
    """
    names, modules, taken, used = set(), {}, Counter(), Counter()
    nodes = list(ast.walk(ast.parse(source)))
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.level <= len(package.split(".") if package else ()):
            place = resolve_name("." * node.level + (node.module or ""), package)
            names |= {place if one.name == "*" else f"{place}.{one.name}" for one in node.names}
        elif isinstance(node, ast.Import):
            modules |= {one.asname or one.name: one.name for one in node.names}
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in modules:
            used[node.id] += 1
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            taken[node.value.id] += 1
            names.add(f"{modules[node.value.id]}.{node.attr}")
    # A text that passes a module on may use anything in it.
    return names | {module for name, module in modules.items() if not taken[name] or used[name] > taken[name]}


def code_in(cells: Iterable[str]) -> str:
    """A notebook's code cells as one Python text. IPython's commands become calls; other languages are left out."""
    transform, texts = TransformerManager().transform_cell, []
    for cell in map(transform, cells):
        try:
            ast.parse(cell)
        except SyntaxError:
            continue
        texts.append(cell)
    return "".join(texts)


def _names_in_stub(package, stub):
    """The modules of a package's names: its stub says `from .module import name as name`."""
    found = names_in(stub.read_text(encoding="utf-8"), package)
    return {name.rpartition(".")[2]: name for name in found}


def _named_beside(file) -> Iterator[Path]:
    """The files next to a module that its text names, with or without suffix, and those in folders that it names."""
    text = file.read_text(encoding="utf-8")
    for other in file.parent.iterdir():
        if other.suffix.startswith(".py") or other.name == "__pycache__":
            continue
        names = {other.name, other.stem}
        if not any(f"{quote}{name}{quote}" in text for name in names for quote in "\"'"):
            continue
        if other.is_file():
            yield other
        elif not any(other.glob("*.py")):  # not a package
            yield from (found for found in other.rglob("*") if found.is_file() and found.suffix not in OF_TRANSLATORS)


@cache
def _distributions():
    return packages_distributions()


def _has_text(name):
    spec = None if name in sys.stdlib_module_names else find_spec(name)
    return spec is not None and (spec.origin or "").endswith(".py")


def _text_of(name):
    if not _has_text(name):
        raise ModuleNotFoundError(f"there is no Python package or module {name} to be read")
    return Path(find_spec(name).origin)


def versions(names: Iterable[str]) -> dict[str, str]:
    """The version of each distribution that installed one of these packages, except Python's own."""
    found = {}
    for name in sorted(set(names) - sys.stdlib_module_names):
        found |= {one: version(one) for one in _distributions().get(name, ())} or {name: "not installed"}
    return found


def digest_of_tree(path: Path) -> str:
    """The digest of the teacher's folder, names and contents, or of one file. Of a link, its target's name counts.

    A submission has a digest of its own: `HandedIn.digest` in intake/handed_in.py.
    """
    total = hashlib.sha256()
    for found in sorted([path, *path.rglob("*")] if path.is_dir() else [path]):
        if "__pycache__" in found.parts or ".ipynb_checkpoints" in found.parts:
            continue
        mode = found.lstat().st_mode
        total.update(repr((str(found.relative_to(path)), stat.S_IFMT(mode))).encode())
        if stat.S_ISLNK(mode):
            total.update(os.fsencode(os.readlink(found)))
        elif stat.S_ISREG(mode):
            with found.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def digest_of_state(state: dict[str, str]) -> str:
    """One digest of a whole state."""
    return hashlib.sha256(repr(sorted(state.items())).encode()).hexdigest()
