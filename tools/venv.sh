#!/bin/sh
# Create the environment .venv with the given Python, unless there is one that works.
set -eu
python=$1

[ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1 || exit 0

if ! command -v "$python" >/dev/null 2>&1; then
    echo "There is no program $python. Python 3.11 or newer is needed; say where it is: make PYTHON=/path/to/python3" >&2
    exit 1
fi
"$python" -c '
import sys
if sys.version_info < (3, 11):
    found = "%d.%d" % sys.version_info[:2]
    sys.exit("Python 3.11 or newer is needed; %s is %s. Say which: make PYTHON=python3.11" % (sys.executable, found))
'
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$python cannot make an environment: its modules venv and ensurepip are not there." >&2
    echo "Debian and Ubuntu keep them in a package of their own; as root: apt install python$version-venv" >&2
    exit 1
fi
# --clear: an unfinished environment is created again.
"$python" -m venv --clear .venv
