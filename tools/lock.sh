#!/bin/sh
# Write requirements.lock from requirements.txt: one version of each package, for every platform and Python 3.11 on.
# What is pinned already stays, as long as it fits; `make lock UPGRADE=1` takes the newest of everything instead.
set -eu
python=${1:-python3}
upgrade=${2:-}
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"$python" -m venv "$tools"
pip="$tools/bin/python -m pip"
$pip install --quiet uv==0.13.9
# uv does not read pip's settings. What was set there as pip's index is uv's, too; further ones would answer for one
# machine only, such as with a build of PyTorch that has not the dependencies of the others.
index=$($pip config get global.index-url 2>/dev/null || true)
export UV_CUSTOM_COMPILE_COMMAND="make lock"
"$tools/bin/uv" pip compile --quiet requirements.txt --output-file requirements.lock \
    --universal --fork-strategy fewest --python-version 3.11 --annotation-style line \
    ${index:+--default-index "$index"} ${upgrade:+--upgrade}
