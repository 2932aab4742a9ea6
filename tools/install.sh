#!/bin/sh
# Install what one use needs, requirements/USE.txt, into .venv, each package in the version that requirements.lock pins.
set -eu
use=$1
torch_from=${2:-}
wanted=requirements/$use.txt
# Not compiled here: Python compiles what it imports, when it is first imported; that is a tenth of what is installed.
pip=".venv/bin/python -m pip install --progress-bar off --no-compile"

if [ -n "$torch_from" ] && grep -q "^torch==\|^-r torch.txt" "$wanted"; then
    # PyTorch alone first: an index of its builds may not have its dependencies.
    if [ -d "$torch_from" ]; then from="--no-index --find-links"; else from="--index-url"; fi
    $pip --no-deps $from "$torch_from" -r requirements/torch.txt
fi
$pip -c requirements.lock -r requirements/course.txt -r "$wanted"
# This project itself, so that lstm_ref and autograding can be imported from any folder.
$pip --quiet --no-deps --no-build-isolation --editable .
# The sandbox cannot store compiled files, so what it imports is compiled now. Files that do not compile are for another
# version of Python.
packages=".venv/lib/python3*/site-packages"
case $use in
grade) compiled=$packages ;;
test) compiled="$packages/torch $packages/numpy $packages/matplotlib $packages/IPython" ;; # what its graders load
*) compiled="" ;;
esac
# shellcheck disable=SC2086 # the folders are meant to be found and split
[ -z "$compiled" ] || .venv/bin/python -m compileall -qq -j 0 -x '/tests?/|/_internal/' $compiled || true
if [ -x .venv/bin/jupyter-lab ] && [ ! -e .venv/etc/jupyter/labconfig/page_config.json ]; then
    # JupyterLab would ask the reader whether it may fetch news from the network.
    .venv/bin/jupyter labextension disable --level=sys_prefix "@jupyterlab/apputils-extension:announcements"
fi
