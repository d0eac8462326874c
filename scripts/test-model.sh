#!/usr/bin/env bash
# Collects episodes of ScienceWorld from a real language model behind a real server on this machine, then replays them
# without the server and compares the bytes. The model is weak (SmolLM2, 135 million parameters): what is tested is
# the whole way to a model and back, not what it knows.
#
#   scripts/test-model.sh [PROGRAM]
#
# Needs .venv (scripts/setup.sh); makes .venv-model, once (scripts/model-venv.sh). Where pip cannot install the model
# and its server this says so, and exits 0; nothing else is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$(realpath "${1:-.build/release/recode-data}")
venv=.venv-model
agents='recode react'
episodes=10
# Seconds. The server ends by itself after the last of these, whatever becomes of this script.
start_limit=120 collect_limit=900 server_limit=2400

say() { printf 'test-model: %s\n' "$1" >&2; }
stop() {
    say "$1"
    exit 1
}

# Threads that wait asleep: spinning, they wait for each other at the cost of whatever else runs here, and of themselves.
start_server() {
    port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    (
        cd "$venv"
        # Neither the key nor anything from outside is the server's business.
        unset RECODE_CANARY_KEY
        export HF_HUB_OFFLINE=1 HF_HOME="$tmp/hub" OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive GOMP_SPINCOUNT=0
        exec timeout --foreground --kill-after=5 "$server_limit" \
            bin/python bin/transformers serve smollm2 --host 127.0.0.1 --port "$port" --device cpu
    ) >"$tmp/server.log" 2>&1 &
    server=$!
    local give_up=$((SECONDS + start_limit))
    until is_answering; do
        if ! kill -0 "$server" 2>/dev/null || [ "$SECONDS" -ge "$give_up" ]; then
            tail -n 30 "$tmp/server.log" >&2
            stop "the model's server did not answer within $start_limit s, or ended (its words are above)."
        fi
        sleep 0.5
    done
}

is_answering() {
    .venv/bin/python - "http://127.0.0.1:$port/health" <<'PYTHON' >/dev/null 2>&1
import sys
import urllib.request

urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1], timeout=5).read()
PYTHON
}

# A request that is still being answered would keep the server for as long as it takes: after 5 s it is killed.
stop_server() {
    [ -n "$server" ] || return 0
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}

finish() {
    status=$?
    stop_server
    rm -rf "$tmp"
    exit "$status"
}

# AGENT POLICY RUN. Few and short answers: one of 48 tokens to a prompt of 700 takes some 7 s on two cores.
collect() {
    timeout --foreground "$collect_limit" "$program" collect --env scienceworld --agent "$1" --policy "$2" \
        --profiles "$tmp/profiles.yaml" --tasks find-living-thing,find-non-living-thing,lifespan-longest-lived \
        --variations 4 --limit "$episodes" --max-rewrite 1 --max-retry 1 --max-steps 4 --prompt-style zero-shot \
        --seed 1 --concurrency 2 --run "$3" >"$3.out" 2>"$3.err" || {
        tail -n 20 "$3.err" >&2
        stop "collecting with $1 and $2 failed, or took more than $collect_limit s (above)."
    }
}

same_records() {
    for kind in trajectories calls; do
        diff <(cd "$1/$kind" && ls) <(cd "$2/$kind" && ls) >&2 || stop "$1 and $2 do not hold the same files."
        for part in "$1/$kind"/*; do
            cmp "$part" "$2/$kind/${part##*/}" >&2 || stop "the replay of ${1##*/} differs in its $kind."
        done
    done
}

[ -x "$program" ] || stop "there is no program $program. Run make build first."
tmp=$(mktemp -d)
server=
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

status=0
reason=$(scripts/model-venv.sh) || status=$?
if [ "$status" -eq 69 ]; then
    printf 'test-model: SKIPPED: %s\n' "$reason"
    exit 0
fi
[ "$status" -eq 0 ] || stop "there is no $venv (above)."
start_server
RECODE_CANARY_KEY=sk-canary-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export RECODE_CANARY_KEY
cat >"$tmp/profiles.yaml" <<YAML
models:
  smollm2:
    base_url: "http://127.0.0.1:$port/v1"
    model: smollm2
    api_key_env: RECODE_CANARY_KEY
    temperature: 0.0
    max_tokens: 48
    seed: 1
    concurrency: 2
    timeout: 120
YAML

for agent in $agents; do
    before=$SECONDS
    collect "$agent" smollm2 "$tmp/$agent"
    .venv/bin/python scripts/check_model_run.py run "$tmp/$agent" "$episodes" $((SECONDS - before))
done
stop_server
for agent in $agents; do
    before=$SECONDS
    collect "$agent" "replay:$tmp/$agent" "$tmp/$agent-replay"
    same_records "$tmp/$agent" "$tmp/$agent-replay"
    say "$agent: the replay, without a server, has the same bytes ($((SECONDS - before)) s)"
done
.venv/bin/python scripts/check_model_run.py secret "$tmp"
say "passed in $SECONDS s"
