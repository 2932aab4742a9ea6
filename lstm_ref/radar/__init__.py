"""Radar echoes: the running example, a simulator, a reader of recordings, and the puzzles of chapter 5."""
