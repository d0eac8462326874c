#!/usr/bin/env bash
# Tests the programs in environments/: from inside, and by what the environment protocol promises.
#
#   scripts/test-environments.sh [PROGRAM]
#
# Needs .venv with ALFWorld (scripts/setup.sh --test --alfworld).
set -euo pipefail
cd "$(dirname "$0")/.."

program=$(realpath "${1:-.build/release/recode-data}")
python=.venv/bin/python
# Seconds.
test_limit=900 check_limit=300

check() {
    timeout --foreground "$check_limit" "$program" env check --instances 2 "$python" -I -B "$@"
}

[ -x "$program" ] || {
    printf 'test-environments: there is no program %s. Run make build first.\n' "$program" >&2
    exit 1
}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

RECODE_DATA_PROGRAM=$program timeout --foreground "$test_limit" "$python" -m unittest discover -s Tests/Environments
"$program" games --python "$python" --per-type 1 --seed 1 --out "$tmp/games"
check environments/alfworld_server.py --games "$tmp/games"
check environments/webshop.py --synthetic 300 --seed 1
check environments/examples/key_and_door.py
