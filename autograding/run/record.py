"""Preprocessors with which nbgrader records: they take notebooks that were prepared and executed before."""

from copy import deepcopy
from pathlib import Path

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Dict, Unicode
from traitlets.config import Config

from autograding.run.execute import Job
from autograding.run.preprocessor import SandboxExecute
from autograding.run.store import Store, key_of

EXECUTES = "autograding.run.preprocessor.SandboxExecute"


class AsPrepared(NbGraderPreprocessor):
    """Take the notebook that `prepare` put right. Replaces the preprocessors that would do so again."""

    notebooks = Dict({}, help="The text of each notebook by its name.").tag(config=True)

    def preprocess(self, nb, resources):
        """nbgrader's entry point."""
        return nbformat.reads(self.notebooks[resources["nbgrader"]["notebook"]], as_version=4), resources


class StoredExecute(SandboxExecute):
    """Take the executed notebook from the store, or execute it where the store has none."""

    store = Unicode(help="The folder of executed notebooks.").tag(config=True)
    environment = Unicode(help="The digest of all else that an execution depends on.").tag(config=True)

    def executed(self, job: Job) -> bytes:
        """Return the stored notebook, or execute the job."""
        return Store(Path(self.store)).get(key_of(job, self.environment)) or super().executed(job)


def reading_store(config: Config, store: Store, environment: str) -> Config:
    """A copy of the course's configuration that reads the store: nothing is put right or executed again."""
    config = deepcopy(config)
    config.StoredExecute.store = str(store.folder)
    config.StoredExecute.environment = environment
    steps = config.Autograde.autograde_preprocessors
    config.Autograde.autograde_preprocessors = [
        "autograding.run.record.StoredExecute" if step == EXECUTES else step for step in steps
    ]
    config.Autograde.sanitize_preprocessors = ["autograding.run.record.AsPrepared"]
    return config
