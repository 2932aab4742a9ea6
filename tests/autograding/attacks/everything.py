"""All members of all kinds that are one submission to the toy course."""

import kinds_between
import kinds_channel
import kinds_files
import kinds_pages
import kinds_problem
import kinds_refused
import kinds_resources
from kinds import Member

GENERATORS = (
    kinds_problem.carriers,
    kinds_between.leavers,
    kinds_between.mounted,
    kinds_refused.refused,
    kinds_resources.memories,
    kinds_resources.processes,
    kinds_channel.dtypes,
    kinds_channel.trees,
    kinds_channel.deep_outputs,
    kinds_files.depths,
    kinds_files.large,
    kinds_files.strange,
    kinds_pages.markup,
    kinds_pages.texts,
    kinds_pages.names,
)


def members() -> list[Member]:
    """All of them."""
    return [member for generator in GENERATORS for member in generator()]
