#!/bin/sh
# Makes a virtual environment, or says what is missing. Usage: make-venv.sh FOLDER [PYTHON]; without PYTHON the first that
# fits is taken. It prints a line where it made one, and nothing where there is one that works. NAME_PYTHON holds the words
# by which the caller's user names an interpreter.
set -eu
# Modules of the working directory, such as a random.py, are none of Python's own.
export PYTHONSAFEPATH=1

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# Prints the version as `3.11`; fails where there is no such interpreter.
version_of() {
  "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

# Says what is known of an interpreter: its version, or why it has none.
state_of() {
  if version=$(version_of "$1") && [ -n "$version" ]; then
    echo "is $version"
  elif [ -e "$1" ] || command -v "$1" >/dev/null; then
    echo "does not run as Python"
  else
    echo "is not there"
  fi
}

fits() {
  case "$(version_of "$1")" in 3.11 | 3.12 | 3.13) ;; *) return 1 ;; esac
}

folder=$1
asked=${2:-}
name_python=${NAME_PYTHON:-make setup PYTHON=}

if "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
  if [ -n "$asked" ] && ! version_of "$asked" >/dev/null; then
    fail "twintune needs Python 3.11 to 3.13; $asked $(state_of "$asked")."
  fi
  if [ -n "$asked" ] && [ "$(version_of "$folder/bin/python")" != "$(version_of "$asked")" ]; then
    fail "$folder is of Python $(version_of "$folder/bin/python"), not of $asked." "Remove it first: rm -r $folder"
  fi
  fits "$folder/bin/python" || fail \
    "twintune needs Python 3.11 to 3.13; $folder is of Python $(version_of "$folder/bin/python")." "Remove it first: rm -r $folder"
  exit 0
fi
if grep -qs '^uv = ' "$folder/pyvenv.cfg" && version_of "$folder/bin/python" >/dev/null; then
  fail "$folder was made by uv, without pip." "Remove it first, or have uv put pip into it: uv pip install pip"
fi

if [ -n "$asked" ]; then
  fits "$asked" || fail "twintune needs Python 3.11 to 3.13; $asked $(state_of "$asked")."
  python=$asked
else
  python=
  for candidate in python3 python3.13 python3.12 python3.11; do
    if fits "$candidate"; then
      python=$candidate
      break
    fi
  done
  [ -n "$python" ] || fail \
    "twintune needs Python 3.11 to 3.13; python3 $(state_of python3)." \
    "Install one, or name one that is not on the PATH: $name_python/path/to/python3.12"
fi

# Debian and Ubuntu ship Python without what makes a virtual environment.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  fail "$python cannot make a virtual environment: its venv module is incomplete. On Debian and Ubuntu:" \
    "  apt-get install python$(version_of "$python")-venv"
fi

"$python" -m venv --clear "$folder"
echo "Made $folder with $python, which is Python $(version_of "$python")."
