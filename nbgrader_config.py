"""nbgrader for this course: read by `nbgrader`, by formgrader and by `python -m autograding`."""

from autograding import plug_in

c = get_config()  # noqa: F821 (nbgrader gives this name to the file)

c.CourseDirectory.course_id = "lstm"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
# A cell of an honest answer takes well under a second, and an import of torch a few.
c.ExecutePreprocessor.timeout = 15
plug_in(c, checks="lstm_ref.checks")
