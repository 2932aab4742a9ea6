"""nbgrader for this course: read by `nbgrader`, by formgrader and by `python -m autograding`."""

from autograding import plug_in
from autograding.sandbox.limits import PRELOAD

c = get_config()  # noqa: F821 (nbgrader gives this name to the file)

c.CourseDirectory.course_id = "lstm"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
# A cell of an honest answer takes well under a second; the training of exercise 11 takes 1.5 s, 10 s on a core that six
# others use. Its page promises students 15 s.
c.ExecutePreprocessor.timeout = 20
# What the first optimiser of a process imports: 2 s, once for the class and not for each student.
c.Autograding.preload = [*PRELOAD, "torch._dynamo"]
plug_in(c, checks="lstm_ref.checks")
