#!/usr/bin/env bash
# Runs the tests, and says again at the very end which of them failed and why: their own words are far up by then.
#
#   scripts/test.sh [OPTION OF SWIFT TEST...]
set -uo pipefail
cd "$(dirname "$0")/.." || exit

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Many tests start JVMs and sandboxes; all at once they would starve each other into their time limits. Swift 6.2 has
# no such option, and then they run one by one.
swift=${SWIFT:-swift}
# Its help is read whole first: grep, once it has found the word, would end it with a broken pipe, which counts as a
# failure here, if grep is the faster of the two.
options=$("$swift" test --help-hidden 2>/dev/null)
if grep -q experimental-maximum-parallelization-width <<<"$options"; then
    width=(--experimental-maximum-parallelization-width 4)
else
    width=(--no-parallel)
fi
"$swift" test --disable-xctest "${width[@]}" "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
    printf '\ntest: what failed, repeated from above:\n' >&2
    # An issue is said in one line, its comments and values in those that follow with an arrow.
    grep -E -A4 'recorded an issue|error:' "$log" | grep -E 'recorded an issue|error:|↳' | head -60 >&2
    grep -E 'unexpected signal|Fatal error|Crash:' "$log" | head -5 >&2
fi
exit "$status"
