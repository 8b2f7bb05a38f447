#!/usr/bin/env bash
# setup.sh [run|dev]: everything this checkout needs to run, or also to be tested: the few system libraries that the
# Python packages are built against, a virtual environment in .venv, and the pinned packages of constraints.txt in it.
# Once done it leaves a stamp; from then on it does nothing until pyproject.toml, constraints.txt or this script change.
# An interrupted set-up goes on where it was. PYTHON=/path/to/python3 chooses the interpreter (3.11 or newer).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec 1>&2 # standard output belongs to the command that comes after

stage=${1:-run}
venv=.venv
case $stage in run | dev) ;; *) echo "usage: scripts/setup.sh [run|dev]" && exit 2 ;; esac

fault() {
  echo "set-up: $*"
  exit 3
}

# --- Done already? ---------------------------------------------------------------------------------------------------

# The checkout's path counts: a virtual environment does not survive being moved.
hash=$({ cat pyproject.toml constraints.txt scripts/setup.sh && pwd -P; } | cksum | tr ' ' '-')

base_of() { "$1" -c 'import sys; print(sys.base_prefix)' 2>/dev/null; }

usable() {
  [ -x $venv/bin/python ] && $venv/bin/python -m pip --version >/dev/null 2>&1 || return 1
  grep -qF "$(pwd -P)/$venv" $venv/bin/activate || return 1
  [ -z "${PYTHON:-}" ] || [ "$(base_of "$PYTHON")" = "$(base_of $venv/bin/python)" ]
}

stamped() {
  [ -e "$venv/.stamp-$1-$hash" ] && $venv/bin/python -c '' 2>/dev/null || return 1
  [ -z "${PYTHON:-}" ] || [ "$(base_of "$PYTHON")" = "$(base_of $venv/bin/python)" ]
}

if stamped dev || { [ "$stage" = run ] && stamped run; }; then exit 0; fi

# --- Python ----------------------------------------------------------------------------------------------------------

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

python=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
  if new_enough "$candidate"; then python=$("$candidate" -c 'import sys; print(sys.executable)') && break; fi
done
if [ -z "$python" ]; then
  found=$("${PYTHON:-python3}" --version 2>/dev/null || echo "no ${PYTHON:-python3}")
  fault "Python 3.11 or newer is needed, and there is $found: install it, or name it with PYTHON=/path/to/python3"
fi
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

# --- System libraries ------------------------------------------------------------------------------------------------

# Each is asked for by what it can do, so a library that came another way (built from source, Homebrew) counts too.
has_command() { command -v "$1" >/dev/null; }
has_compiler() { cc -fsyntax-only -x c - <<<'#include <stdio.h>' 2>/dev/null; }
has_headers() {
  "$python" -c 'import pathlib, sys, sysconfig
sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").is_file())'
}
has_venv() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }
has_library() { pkg-config --exists "$1" 2>/dev/null; }
has_font() { grep -qi "$1" <<<"$(fc-list 2>/dev/null)"; } # no pipe: grep -q leaves early, and pipefail would see that

packages=() # Debian's names
reasons=()
formulas=() # Homebrew's names
required=0

# need TEST DEBIAN-PACKAGES HOMEBREW-FORMULA WHY: what TEST does not find is put on the list.
need() {
  want "$@" || required=1
}
want() { # the same, for what the video also comes out without
  $1 && return
  local names
  read -ra names <<<"$2"
  packages+=("${names[@]}")
  formulas+=("$3")
  reasons+=("$2: $4")
  return 1
}

need has_venv "python$version-venv" python "makes the virtual environment"
need has_headers "python$version-dev" python "Python's headers: two packages are compiled here"
need has_compiler "gcc libc6-dev" gcc "compiles them"
need "has_command pkg-config" pkg-config pkg-config "tells the compiler where the libraries are"
need "has_library cairo" libcairo2-dev cairo "draws the frames"
need "has_library pangocairo" libpango1.0-dev pango "sets the text"
want "has_command fc-list" fontconfig fontconfig "finds the fonts" || true
want "has_font DejaVu" fonts-dejavu-core font-dejavu "signs and letters that the slides' typefaces lack" || true
want "has_command espeak-ng" espeak-ng espeak-ng "the second voice, for where the first cannot load" || true

install_packages() {
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    has_command sudo || return 1
    as_root=(sudo)
  fi
  echo "set-up: installing from the system's packages:"
  printf '  %s\n' "${reasons[@]}"
  "${as_root[@]}" apt-get update -q=2 || true # one dead source does not matter if the others have the packages
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q=2 -y --no-install-recommends "${packages[@]}" >/dev/null
}

if [ ${#packages[@]} -gt 0 ]; then
  if has_command apt-get; then
    hint="apt-get update && apt-get install ${packages[*]}"
    if install_packages; then required=0 packages=(); fi
  elif has_command brew; then
    hint="brew install ${formulas[*]}"
  else
    hint="install what Debian calls ${packages[*]}"
  fi
  [ $required -eq 0 ] || fault "libraries are missing; as an administrator: $hint"
  [ ${#packages[@]} -eq 0 ] || echo "set-up: going on without ${packages[*]} (optional: $hint)"
fi

# --- Python packages -------------------------------------------------------------------------------------------------

if ! usable; then
  echo "set-up: virtual environment in $venv (Python $version)"
  "$python" -m venv --clear $venv || fault "$python cannot make a virtual environment in $(pwd)/$venv"
fi

install() {
  $venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt "$@" ||
    fault "the Python packages could not be installed (see above); once that is mended, run the same command again"
}

echo "set-up: installing Python packages (a few minutes the first time)"
install pip # the one that came with Python may be too old for dependency groups
rm -f $venv/.stamp-* # until the end, nothing is sure
if [ "$stage" = dev ]; then install --editable . --group dev; else install --editable .; fi
touch "$venv/.stamp-$stage-$hash"
echo "set-up: done"
