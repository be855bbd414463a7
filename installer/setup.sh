#!/usr/bin/env bash
# Makes the virtual environment .venv in this folder ready, once for each change of pyproject.toml and of the folder's place.
#   installer/setup.sh        what `mattework` needs
#   installer/setup.sh editor what the editor needs as well
#   installer/setup.sh dev    what the checks need as well, the editor included
# Sets nothing outside .venv, except Debian/Ubuntu's own python3 packages where they are missing and we are root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
extra="${1:-}"

fits() { # is this a Python that we support, able to make virtual environments?
  command -v "$1" >/dev/null 2>&1 &&
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' >/dev/null 2>&1
}

find_python() {
  local name
  for name in ${MATTEWORK_PYTHON:-} python3 python3.13 python3.14 python3.12 python3.11; do
    if fits "$name"; then command -v "$name" && return 0; fi
  done
  return 1
}

# pip comes last: without it the making was broken off.
if [ ! -x .venv/bin/python ] || [ ! -x .venv/bin/pip ]; then
  if ! python="$(find_python)"; then
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
      echo "Installing Python from the system's packages ..." >&2
      apt-get update -qq >/dev/null
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null
    fi
    if ! python="$(find_python)"; then
      cat >&2 <<'HELP'
Mattework needs Python 3.11 to 3.14 with its venv module. Install it and run this again:
  Debian, Ubuntu:  sudo apt-get update && sudo apt-get install -y python3 python3-venv
  Fedora:          sudo dnf install python3
  macOS:           brew install python@3.13
If your system's Python is older, set MATTEWORK_PYTHON to the path of a newer one.
HELP
      exit 1
    fi
  fi
  echo "Making .venv with $("$python" --version) ..." >&2
  "$python" -m venv .venv
fi

# The place too: what is installed knows it, and does not start from another.
state="$(.venv/bin/python -c 'import hashlib, pathlib, sys
print(sys.version.split()[0], hashlib.sha256(pathlib.Path("pyproject.toml").read_bytes()).hexdigest())') $PWD"
is_ready() { [ -f ".venv/ready$1" ] && [ "$(cat ".venv/ready$1")" = "$state" ]; }

# What is asked for may have come along with more.
case "$extra" in
  dev) enough="-dev"; with=" with what the checks need" ;;
  editor) enough="-editor -dev"; with=" with the editor" ;;
  *) enough="_ -editor -dev"; with="" ;;
esac
for one in $enough; do
  if is_ready "${one#_}"; then exit 0; fi
done
echo "Installing Mattework$with into .venv: some minutes the first time, up to 900 MB on the disk; unpacking, at the end, takes longest ..." >&2
# Somebody who waits sees each package come; a log gets nothing but what goes wrong.
if [ -t 2 ]; then talk="--progress-bar=on"; else talk="--quiet"; fi
.venv/bin/python -m pip install "$talk" --disable-pip-version-check --no-input --editable ".${extra:+[$extra]}" >&2
echo "$state" >".venv/ready${extra:+-$extra}"
