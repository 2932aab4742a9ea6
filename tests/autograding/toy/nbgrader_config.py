"""A course of one exercise, to test the grading of any course."""

from autograding import plug_in

c = get_config()  # noqa: F821 (nbgrader gives this name to the file)

c.CourseDirectory.course_id = "toy"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.ExecutePreprocessor.timeout = 5  # longer than the demonstration's slow import
plug_in(c, checks="toy_course.checks")
