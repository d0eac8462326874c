#!/usr/bin/env bash
# Opens exports of every format with the libraries and trainers that are to read them: Hugging Face datasets, DuckDB,
# polars, pandas, pyarrow, gzip; TRL, axolotl, LLaMA-Factory and verl, as far as a machine without a GPU runs them.
#
#   scripts/test-interop.sh [PROGRAM]
#
# Needs .venv (scripts/setup.sh); adds requirements-interop.txt to .venv-model (scripts/model-venv.sh), once. Where pip
# cannot install them this says so, and exits 0; nothing else is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$(realpath "${1:-.build/release/recode-data}")
venv=.venv-model
requirements='requirements-interop.txt'
# Seconds.
install_limit=900 test_limit=900

say() { printf 'test-interop: %s\n' "$1" >&2; }
stop() {
    say "$1"
    exit 1
}
skip() {
    printf 'test-interop: SKIPPED: %s\n' "$1"
    exit 0
}

add_readers() {
    [ "$(cat "$venv/interop.stamp" 2>/dev/null)" != "$(sha256sum "$requirements")" ] || return 0
    say "adding $requirements to $venv: about 250 MB to download"
    timeout --foreground "$install_limit" "$venv/bin/python" -m pip --disable-pip-version-check install --quiet \
        --no-deps -r "$requirements" 2>"$tmp/pip.log" ||
        skip "pip cannot install $requirements here: $(grep -E '^ERROR' "$tmp/pip.log" | tail -n 1 || tail -n 1 "$tmp/pip.log")"
    sha256sum "$requirements" >"$venv/interop.stamp"
}

[ -x "$program" ] || stop "there is no program $program. Run make build first."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

status=0
reason=$(scripts/model-venv.sh) || status=$?
[ "$status" -ne 69 ] || skip "$reason"
[ "$status" -eq 0 ] || stop "there is no $venv (above)."
add_readers

# No network, no telemetry, and caches that end with the test. Threads wait asleep, as in test-model.sh.
export HF_HUB_OFFLINE=1 HF_HOME="$tmp/hub" HF_DATASETS_CACHE="$tmp/datasets" TRANSFORMERS_VERBOSITY=error
export AXOLOTL_DO_NOT_TRACK=1 DO_NOT_TRACK=1 TOKENIZERS_PARALLELISM=false CUDA_VISIBLE_DEVICES=
export OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive GOMP_SPINCOUNT=0
export RECODE_DATA_PROGRAM="$program" RECODE_DATA_INTEROP="$tmp/work" TMPDIR="$tmp"
mkdir -p "$RECODE_DATA_INTEROP"
timeout --foreground --kill-after=5 "$test_limit" "$venv/bin/python" -B -W ignore -m unittest discover \
    --start-directory Tests/Interop --verbose
say "passed in $SECONDS s"
