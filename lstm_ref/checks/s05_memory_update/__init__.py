"""What chapter 5 asks for: the update of the memory, the memory run over a sequence, and three puzzles."""

from lstm_ref.checks.s05_memory_update.puzzles import PUZZLE_CHECKS
from lstm_ref.checks.s05_memory_update.run_memory import RUN_MEMORY
from lstm_ref.checks.s05_memory_update.update_memory import UPDATE_MEMORY

CHECKS = (UPDATE_MEMORY, RUN_MEMORY, *PUZZLE_CHECKS)
# The section of the chapter that explains what each asks.
SECTIONS = {
    "update_memory": "One line",
    "run_memory": "One line",
    "leaky_settings": "One line, four instruments",
    "latch_settings": "One line, four instruments",
    "bump_settings": "One line, four instruments",
}
