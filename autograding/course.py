"""Where a course's folders are and how it is configured, read once from its `nbgrader_config.py`."""

import importlib
import logging
import os
import sys
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from types import ModuleType

from nbgrader.api import Gradebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograding.beneath import Place
from autograding.messages import _
from autograding.plugged import settle
from autograding.troubles import CourseError, of_the_machine

CONFIGURATION = "nbgrader_config.py"
STRUCTURE = os.path.join("{nbgrader_step}", "{student_id}", "{assignment_id}")
# What a course's module of checks must hold: see DESIGN.md, "The seam".
CHECKS_INTERFACE = ("make", "judge", "CALLER")


# In the path of a course or a class, nbgrader and the gradebook's address take these for something else than letters;
# in that of a course, the others, too: for patterns, and for names of variables.
SPECIAL, SPECIAL_IN_A_COURSE = "?%", "?%[]*$"
# The folders that belong to one class; nbgrader's others belong to the course.
OF_A_CLASS = ("submitted_directory", "autograded_directory", "feedback_directory")


class Course:
    """One course: the folder of its configuration, its root folder for nbgrader, its module of checks.

    The root is the folder of the configuration, unless that names another one. `class_folder` holds the submissions and
    everything that grading writes: the root, unless another one is named.
    """

    def __init__(self, home: Path, class_folder: Path | None = None):
        if not (home / CONFIGURATION).is_file():
            raise CourseError(
                _("no {name} in {folder}: run this from the course's folder").format(name=CONFIGURATION, folder=home)
            )
        self.home = home.resolve()
        _refuse_characters(self.home, SPECIAL_IN_A_COURSE)
        # Python finds the course's own modules (its checks) even when the course is not installed.
        if str(self.home) not in sys.path:
            sys.path.insert(0, str(self.home))
        # The app reads the same files as plain nbgrader: the system's, the user's, then the course's.
        app = NbGrader(raise_config_file_errors=True, log_level=logging.ERROR)
        app.load_cwd_config = False  # the current folder may be another course's
        app.initialize([], root=str(self.home))
        self.config: Config = app.config
        settle(self.config)  # whatever the configuration sets after it has called plug_in
        self.config.Autograding.home = str(self.home)
        self.root = Path(self.home, self.config.CourseDirectory.get("root", "")).resolve()
        _refuse_characters(self.root, SPECIAL_IN_A_COURSE)
        structure = self.config.CourseDirectory.get("directory_structure", STRUCTURE)
        if os.path.normpath(structure) != STRUCTURE:
            raise CourseError(
                _("c.CourseDirectory.directory_structure: expected {usual}, got {got}").format(
                    usual=STRUCTURE, got=structure
                )
            )
        self.class_folder = self.root
        if class_folder is not None:
            self._move_to(class_folder.resolve())

    def _move_to(self, folder):
        """Grade the class in `folder`: solution and configuration stay the course's, all else lies under `folder`."""
        if not folder.is_dir():
            raise CourseError(_("no folder {folder} to grade a class in").format(folder=folder))
        _refuse_characters(folder, SPECIAL)
        self.class_folder = folder
        names = CourseDirectory(config=self.config)
        for name in OF_A_CLASS:
            self.config.CourseDirectory[name] = str(folder / getattr(names, name))
        self.config.CourseDirectory.db_url = f"sqlite:///{folder / 'gradebook.db'}"

    @cached_property
    def directory(self) -> CourseDirectory:
        """nbgrader's own view of the folders."""
        return CourseDirectory(config=self.config, root=str(self.root))

    def directory_with(self, **changes) -> CourseDirectory:
        """A copy of `directory` with some traits changed, for one run of a converter."""
        return CourseDirectory(config=deepcopy(self.config), **{"root": str(self.root), **changes})

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """The folder of one submission at one step: `submitted`, `autograded`, `feedback` or `source`."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, assignment))

    def gradebook(self) -> Gradebook:
        """An open gradebook; a context manager."""
        return Gradebook(self.directory.db_url, self.directory.course_id)

    @cached_property
    def assignments(self) -> list[str]:
        """Every assignment that has a solution, in order."""
        source = self.folder("source", ".", ".")
        return sorted(p.name for p in source.glob("*") if p.is_dir() and any(p.glob("*.ipynb")))

    def require(self, assignment: str) -> str:
        """Return the assignment's name; raise CourseError, which lists the assignments, for an unknown one."""
        if "+" in assignment:
            raise CourseError(
                _("{name}: nbgrader knows no assignment with a + in its name; rename it").format(name=assignment)
            )
        if assignment not in self.assignments:
            raise CourseError(
                _("no assignment {name} in {folder}; there are: {known}").format(
                    name=assignment,
                    folder=self.directory.source_directory,
                    known=", ".join(self.assignments) or _("none"),
                )
            )
        return assignment

    @property
    def configuration(self) -> Path:
        """The file that says all this."""
        return self.home / CONFIGURATION

    @property
    def submitted(self) -> Path:
        """The folder that holds a folder for each student. The teacher's own: it may be a link."""
        return self.root / self.directory.submitted_directory

    def students(self, assignment: str) -> list[str]:
        """All students who handed in something for the assignment, in order. Some names may be no text.

        A folder that cannot be looked into counts, and one that is a link: its student is told.
        """
        if not self.submitted.is_dir():
            return []
        with os.scandir(self.submitted) as entries:
            names = sorted(entry.name for entry in entries if self._is_student(entry, assignment))
        excluded = set(self.directory.student_id_exclude.split(",")) - {""}
        return [name for name in names if name not in excluded]

    def _is_student(self, entry, assignment):
        if entry.name == ".ipynb_checkpoints" or not (entry.is_dir(follow_symlinks=False) or entry.is_symlink()):
            return False
        try:
            os.lstat(self.folder("submitted", entry.name, assignment))
        except FileNotFoundError:
            return entry.is_symlink() and not os.path.exists(entry.path)  # it leads nowhere
        except NotADirectoryError:
            return False  # a link to a file
        except OSError as error:
            if of_the_machine(error):
                raise
        return True

    def submission(self, student: str, assignment: str) -> Place:
        """What a student handed in, to be read without following links."""
        folder = self.folder("submitted", student, assignment)
        return Place(self.submitted, folder.relative_to(self.submitted).parts)

    @cached_property
    def checks(self) -> ModuleType | None:
        """The course's module of checks, or None for a course whose graded cells are plain nbgrader tests."""
        name = self.config.Autograding.get("checks", "")
        if not name:
            return None
        module = importlib.import_module(name)
        missing = [part for part in CHECKS_INTERFACE if not hasattr(module, part)]
        if missing:
            raise CourseError(
                _("{module}, named by Autograding.checks, has no {missing}; expected {all}").format(
                    module=name, missing=", ".join(missing), all=", ".join(CHECKS_INTERFACE)
                )
            )
        return module


def _refuse_characters(folder, special):
    found = sorted(set(str(folder)) & set(special))
    if found:
        raise CourseError(
            _("the path {folder} contains {found}, which nbgrader reads as something else; rename or move it").format(
                folder=folder, found=" ".join(found)
            )
        )
