"""The toy course's own package: students write `from toy_course import check`."""

from toy_course.checks import check

__all__ = ["check"]
