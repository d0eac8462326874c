#!/usr/bin/env bash
# Makes data/samples anew with the program given: the run of data/pipelines/samples.yaml, its exports and its counts.
# Durations are left out: they are the only part that differs from one making to the next.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

"$program" run data/pipelines/samples.yaml --out "$out/samples"
mkdir -p data/samples
rm -rf data/samples/run data/samples/export data/samples/count.md
mkdir -p data/samples/run/trajectories
cp "$out"/samples/collect/scienceworld-expert/run.json data/samples/run/
cp "$out"/samples/collect/scienceworld-expert/trajectories/*.jsonl.gz data/samples/run/trajectories/
cp -R "$out/samples/export" data/samples/export
cp "$out/samples/count.md" data/samples/count.md
