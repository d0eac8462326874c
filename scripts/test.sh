#!/usr/bin/env bash
# Runs the tests, and says again at the very end which of them failed and why: their own words are far up by then.
# Tests that say nothing for a long time hang: they are ended, and what they were at is said.
#
#   scripts/test.sh [OPTION OF SWIFT TEST...]
set -uo pipefail
cd "$(dirname "$0")/.." || exit

# Seconds without a word after which tests count as hanging; compiling and the longest test take less.
patience=${RECODE_DATA_TEST_PATIENCE:-900}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Many at a time hold many files and processes open.
ulimit -Sn "$(ulimit -Hn)" 2>/dev/null || true

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

# Tests that were begun and have not ended, by the log.
unfinished() {
    grep -oE '(◇|✔|✘) Test [^ ].* (started\.|passed after|failed after)' "$log" |
        sed -E 's/ with [0-9]+ test cases? / /; s/^. Test (.*) (started|passed|failed).*/\2 \1/; /^started (run$|case )/d' |
        awk '{ verb = $1; $1 = "" } verb == "started" { open[$0] = 1; next } { delete open[$0] } END { for (name in open) print "   " name }' |
        sort
}

# Ends the tests where they hang.
watch() {
    while sleep 5; do
        [ $(($(date +%s) - $(stat -c %Y "$log"))) -gt "$patience" ] || continue
        printf '\ntest: nothing was said for %s s; what runs:\n' "$patience" >&2
        ps -eo pid,ppid,etimes,stat,wchan:20,args --forest | cut -c1-200 | tail -60 >&2
        touch "$log.hung"
        for process in $(pgrep -P "$1"); do
            # Its stacks, where there is a debugger.
            command -v gdb >/dev/null && timeout 60 gdb -p "$process" -batch -ex 'thread apply all bt 25' 2>/dev/null |
                grep -E '^(#|Thread)' | head -300 >&2
            kill -KILL "$process"
        done
        # What it held back is written now.
        sleep 30
        kill -KILL "$1" 2>/dev/null
        return
    done
}

"$swift" test --disable-xctest "${width[@]}" "$@" > >(tee "$log") 2>&1 &
tests=$!
watch "$tests" &
watcher=$!
trap 'kill "$tests" "$watcher" 2>/dev/null' INT TERM
wait "$tests"
status=$?
kill "$watcher" 2>/dev/null
# What hung may have left processes that hold the log open: they are not waited for.
[ -e "$log.hung" ] || wait 2>/dev/null
if [ -e "$log.hung" ]; then
    rm -f "$log.hung"
    printf '\ntest: begun, and not ended:\n' >&2
    unfinished >&2
    status=1
fi
if [ "$status" -ne 0 ]; then
    printf '\ntest: what failed, repeated from above:\n' >&2
    # An issue is said in one line, its comments and values in those that follow with an arrow.
    grep -E -A4 'recorded an issue|error:' "$log" | grep -E 'recorded an issue|error:|↳' | head -60 >&2
    grep -E 'unexpected signal|Fatal error|Crash:' "$log" | head -5 >&2
fi
exit "$status"
