#!/bin/sh
# Renew requirements.lock: install requirements.txt into a fresh environment and write down all that came.
set -eu
python=${1:-python3}
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"$python" -m venv "$fresh/venv"
"$fresh/venv/bin/python" -m pip install --progress-bar off -r requirements.txt
{
    echo "# Written by \`make lock\` from requirements.txt. Do not edit."
    # A local build tag (+cpu) says where a wheel came from, not which release it is.
    "$fresh/venv/bin/python" -m pip freeze --all --exclude pip | sed 's/+[a-z0-9.]*$//'
} >requirements.lock.new
mv requirements.lock.new requirements.lock
