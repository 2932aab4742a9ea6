"""Commands for a course's authors: build exercises, make up a class, compare its grades, replay a student's."""
