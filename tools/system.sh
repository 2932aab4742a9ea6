#!/bin/sh
# See to the programs that the tests need and pip does not bring. Installs them with apt where it may, else names
# what is missing and fails.
set -eu

# program:Debian package, what it is for
needed="bwrap:bubblewrap chromium:chromium postgres:postgresql"
# Debian keeps the database server's own programs off PATH.
for folder in /usr/lib/postgresql/*/bin; do PATH="$PATH:$folder"; done
missing=""
for pair in $needed; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
[ -n "$missing" ] || exit 0

if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root=no; fi
    if [ "$as_root" != no ]; then
        echo "Installing:$missing"
        $as_root apt-get update -qq
        # shellcheck disable=SC2086 # the names are meant to be split
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
        exit 0
    fi
fi
echo "The tests need programs that are not installed. Their Debian and Ubuntu packages:$missing" >&2
echo "Install them as root, for instance: apt-get install$missing" >&2
exit 1
