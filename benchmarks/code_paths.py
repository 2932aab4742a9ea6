"""The ways that torch, NumPy and their matrix libraries can go through one and the same computation.

They choose their code by the processor when they are loaded, and another code adds in another order and rounds
otherwise. The variables below switch newer instructions off, so that one machine shows what other machines do. A path
that a machine does not have falls back to the best one that it has.
"""

import os
import subprocess
import sys

ENTERED = "LSTM_COURSE_CODE_PATH"  # in the environment of a process that runs on one of these paths: which
PATHS = {
    "machine": {},
    "avx512": {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE"},
    "avx2": {
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "OPENBLAS_CORETYPE": "Haswell",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    },
    "sse": {
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "ATEN_CPU_CAPABILITY": "default",
        "OPENBLAS_CORETYPE": "Nehalem",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    },
}


def environment(path: str, threads: int) -> dict[str, str]:
    """The variables of a process on this path; what was set outside does not choose another."""
    ours = {name for settings in PATHS.values() for name in settings}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    counts = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    return kept | counts | PATHS[path] | {ENTERED: path}


def entered() -> str:
    """The path that this process runs on."""
    return os.environ.get(ENTERED, "machine")


def run_on(path: str, module: str, arguments: list[str]) -> None:
    """Run `python -m module arguments` on a path, one thread: code is chosen at the start of a process."""
    subprocess.run([sys.executable, "-m", module, *arguments], env=environment(path, threads=1), check=True)
