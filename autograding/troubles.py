"""Whose trouble an error of the system is: everybody's, which ends a run, or that of one student."""

import errno

# The disk, the machine's memory, its tables of open files, a file system that went away. Each would meet the next
# student, too. Any other (no such file, a folder where a file should be, no permission) tells of one student's files.
OF_THE_MACHINE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EIO,
    errno.EROFS,
    errno.ENOMEM,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOLCK,
    errno.ENODEV,
    errno.EREMOTEIO,
    errno.EUCLEAN,
}


def of_the_machine(error: OSError) -> bool:
    """Whether the error would meet every student."""
    return error.errno in OF_THE_MACHINE


class CourseError(Exception):
    """Something that the teacher must fix; the text tells them what."""


class WrongOption(CourseError):
    """An option of the course; the text says what is wrong with it."""
