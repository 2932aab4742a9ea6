#!/bin/sh
# Install what one use needs, requirements/USE.txt, into .venv, each package in the version that requirements.lock pins.
set -eu
use=$1
torch_from=${2:-}
wanted=requirements/$use.txt
# Not compiled here: Python compiles what it imports, once, and that is a tenth of what is installed.
pip=".venv/bin/python -m pip install --progress-bar off --no-compile"

if [ -n "$torch_from" ] && grep -q "^torch==\|^-r torch.txt" "$wanted"; then
    # Alone first: an index of PyTorch's builds need not have what they stand on.
    if [ -d "$torch_from" ]; then from="--no-index --find-links"; else from="--index-url"; fi
    $pip --no-deps $from "$torch_from" -r requirements/torch.txt
fi
$pip -c requirements.lock -r requirements/course.txt -r "$wanted"
# This folder itself: lstm_ref and autograding are found from everywhere.
$pip --quiet --no-deps --no-build-isolation --editable .
# But in the sandbox nothing can be kept. A file that does not compile is for another Python.
packages=".venv/lib/python3*/site-packages"
case $use in
grade) compiled=$packages ;;
test) compiled="$packages/torch $packages/numpy $packages/matplotlib $packages/IPython" ;; # what its graders load
*) compiled="" ;;
esac
# shellcheck disable=SC2086 # the folders are meant to be found and split
[ -z "$compiled" ] || .venv/bin/python -m compileall -qq -j 0 -x '/tests?/|/_internal/' $compiled || true
if [ -x .venv/bin/jupyter-lab ] && [ ! -e .venv/etc/jupyter/labconfig/page_config.json ]; then
    # JupyterLab would ask the network for news, and the reader whether it may.
    .venv/bin/jupyter labextension disable --level=sys_prefix "@jupyterlab/apputils-extension:announcements"
fi
