"""nbgrader's record phase over executed notebooks: the preprocessor that takes them from the store."""

from copy import deepcopy
from pathlib import Path

from traitlets import Unicode
from traitlets.config import Config

from autograding.sandbox.execute import Job
from autograding.sandbox.preprocessor import SandboxExecute
from autograding.store import Store, key_of

EXECUTES = "autograding.sandbox.preprocessor.SandboxExecute"


class StoredExecute(SandboxExecute):
    """Take the executed notebook from the store; run it where it is not there."""

    store = Unicode(help="The folder of executed notebooks.").tag(config=True)
    environment = Unicode(help="The digest of everything but the job that an execution depends on.").tag(config=True)

    def executed(self, job: Job) -> bytes:
        """The executed notebook."""
        return Store(Path(self.store)).get(key_of(job, self.environment)) or super().executed(job)


def reading_store(config: Config, store: Store, environment: str) -> Config:
    """The course's configuration, with the store in place of the sandbox."""
    config = deepcopy(config)
    config.StoredExecute.store = str(store.folder)
    config.StoredExecute.environment = environment
    steps = config.Autograde.autograde_preprocessors
    config.Autograde.autograde_preprocessors = [
        "autograding.record.StoredExecute" if step == EXECUTES else step for step in steps
    ]
    return config
