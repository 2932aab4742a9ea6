"""From what a student handed in to a notebook that may be run: a trusted copy, put right."""
