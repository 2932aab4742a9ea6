#!/bin/sh
# Check for the programs, and the library, that the tests need and pip does not install. Installs missing ones with apt
# if it may; else it names them and fails.
set -eu

# Debian does not put the programs of the database server on PATH.
for folder in /usr/lib/postgresql/*/bin; do PATH="$PATH:$folder"; done
have() {
    for program; do if command -v "$program" >/dev/null 2>&1; then return 0; fi; done
    return 1
}
# A library, not a program; the loader's list is not on everybody's PATH.
have_seccomp() { PATH="$PATH:/usr/sbin:/sbin" ldconfig -p 2>/dev/null | grep -q "libseccomp\.so\.2 "; }
# Any Chromium will do. Debian's headless shell, which has no windows, takes half the time.
if have bwrap && have_seccomp && have postgres && have chromium-headless-shell; then exit 0; fi

as_root=no
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; fi
fi
[ "$as_root" = no ] || $as_root apt-get update -qq || echo "apt-get update failed: taking what apt knows already" >&2

missing=""
have bwrap || missing="$missing bubblewrap"
have_seccomp || missing="$missing libseccomp2"
have postgres || missing="$missing postgresql"
if have chromium-headless-shell; then
    :
elif [ "$as_root" != no ] && apt-cache show chromium-headless-shell >/dev/null 2>&1; then
    missing="$missing chromium-headless-shell"
elif ! have chromium chromium-browser google-chrome; then
    missing="$missing chromium"
fi
[ -n "$missing" ] || exit 0

if [ "$as_root" != no ]; then
    echo "Installing:$missing"
    # shellcheck disable=SC2086 # the names are meant to be split
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
    exit 0
fi
echo "The tests need what is not installed. The Debian and Ubuntu packages:$missing" >&2
echo "Install them as root, for instance: apt-get install$missing" >&2
exit 1
