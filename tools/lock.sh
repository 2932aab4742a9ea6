#!/bin/sh
# Write requirements.lock from requirements.txt: one version of each package, for every platform and Python 3.11 on.
# Pinned versions stay as long as they fit; `make lock UPGRADE=1` takes the newest version of everything instead.
set -eu
python=${1:-python3}
upgrade=${2:-}
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"$python" -m venv "$tools"
pip="$tools/bin/python -m pip"
$pip install --quiet uv==0.13.9
# uv does not read pip's settings, so pip's index is passed on. Its extra indexes are not: what they hold may be for one
# machine only, such as a build of PyTorch without the dependencies of the other builds.
index=$($pip config get global.index-url 2>/dev/null || true)
export UV_CUSTOM_COMPILE_COMMAND="make lock"
"$tools/bin/uv" pip compile --quiet requirements.txt --output-file requirements.lock \
    --universal --fork-strategy fewest --python-version 3.11 --annotation-style line \
    ${index:+--default-index "$index"} ${upgrade:+--upgrade}
