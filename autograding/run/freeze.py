"""The process that forks the workers imports this last, so that they keep sharing its memory.

Without it each worker's garbage collector writes to every object, and so makes its own copy of most of the memory.
"""

import gc

gc.collect()
gc.freeze()
