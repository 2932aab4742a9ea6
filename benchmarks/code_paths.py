"""The code paths that torch, NumPy and their matrix libraries can take for the same computation.

They choose one by the processor when they are loaded. Another path adds in another order, so it rounds differently. The
variables below switch newer instructions off, so that one machine shows what other machines do. If a machine does not
have a path, it takes the best one that it has.
"""

import os
import subprocess
import sys

ENTERED = "LSTM_COURSE_CODE_PATH"  # the environment variable that names the path of a process
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
    """The environment of a process on this path; variables set outside that would choose another path are left out."""
    ours = {name for settings in PATHS.values() for name in settings}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    counts = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    return kept | counts | PATHS[path] | {ENTERED: path}


def entered() -> str:
    """The path that this process runs on."""
    return os.environ.get(ENTERED, "machine")


def run_on(path: str, module: str, arguments: list[str]) -> None:
    """Run `python -m module arguments` on a path, with one thread. A process chooses its path when it starts."""
    subprocess.run([sys.executable, "-m", module, *arguments], env=environment(path, threads=1), check=True)
