"""Imported last by the process that forks the workers: they go on sharing its memory.

Without this each worker's garbage collector writes to every object once, and so gets a copy of its own of most of it.
"""

import gc

gc.collect()
gc.freeze()
