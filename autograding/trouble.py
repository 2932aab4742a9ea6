"""Whose trouble an error of the system is: the run's, or that of the one submission where it came up."""

import errno

# The disk or the machine is the teacher's: the next student would meet the same.
OF_THE_RUN = {
    errno.ENOSPC,  # no space left
    errno.EDQUOT,  # quota used up
    errno.EROFS,  # nothing may be written
    errno.EIO,  # the disk is failing
    errno.ENOMEM,
    errno.EMFILE,  # no more open files, of this process
    errno.ENFILE,  # or of the machine
}


def ends_the_run(error: OSError) -> bool:
    """Whether the run must end. Any other error of the system costs the student whose files caused it, nobody else."""
    return error.errno in OF_THE_RUN
