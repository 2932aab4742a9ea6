"""From a student's folder to a notebook that may be run: a trusted copy, put right."""
