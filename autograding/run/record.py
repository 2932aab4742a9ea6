"""nbgrader's record phase: the preprocessors that take notebooks as they were prepared and as they were executed."""

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
    """The notebook as it was put right before it was executed. Stands in for all that would do so once more."""

    notebooks = Dict({}, help="The text of each notebook by its name.").tag(config=True)

    def preprocess(self, nb, resources):
        """nbgrader's entry point."""
        return nbformat.reads(self.notebooks[resources["nbgrader"]["notebook"]], as_version=4), resources


class StoredExecute(SandboxExecute):
    """Take the executed notebook from the store; run it where it is not there."""

    store = Unicode(help="The folder of executed notebooks.").tag(config=True)
    environment = Unicode(help="The digest of everything but the job that an execution depends on.").tag(config=True)

    def executed(self, job: Job) -> bytes:
        """The executed notebook."""
        return Store(Path(self.store)).get(key_of(job, self.environment)) or super().executed(job)


def reading_store(config: Config, store: Store, environment: str) -> Config:
    """The course's configuration, with the store in place of the sandbox and of putting right."""
    config = deepcopy(config)
    config.StoredExecute.store = str(store.folder)
    config.StoredExecute.environment = environment
    steps = config.Autograde.autograde_preprocessors
    config.Autograde.autograde_preprocessors = [
        "autograding.run.record.StoredExecute" if step == EXECUTES else step for step in steps
    ]
    config.Autograde.sanitize_preprocessors = ["autograding.run.record.AsPrepared"]
    return config
