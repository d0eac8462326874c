#!/bin/sh
# Fails if a source writes to a terminal by itself: whatever leaves the program goes through StandardError and StandardOutput
# (Sources/RecodeData/StandardError.swift), which escape what others said and keep keys out (docs/architecture.md).
set -eu
cd "$(dirname "$0")/.."

pattern='(^|[^A-Za-z0-9_.])(debugPrint|fputs|puts|printf|vprintf|fprintf|perror|NSLog)\('
pattern="$pattern"'|STD(OUT|ERR)_FILENO|FileHandle\.standard|FileDescriptor\.standard|fileDescriptor\(\.standard'
pattern="$pattern"'|StreamLogHandler|LoggingSystem\.bootstrap|StandardErrorTextOutput|output: \.currentStandard|error: \.currentStandard'

# The benchmark program prints its own figures.
if found=$(grep -rnE --include='*.swift' "$pattern" Sources | grep -v '^Sources/RecodeBench/' |
    grep -v '^Sources/RecodeData/StandardError.swift:' | grep -vE 'adddup2|^[^:]*:[0-9]*: *//') ||
    # In the modules that write Python, print is a word of Python.
    found=$(grep -rnE --include='*.swift' '^ *print\(' Sources | grep -vE '^Sources/(RecodeBench|TraceGen)/'); then
    printf '%s\n' "$found" >&2
    echo "  say it with StandardError.say, or give it to StandardOutput.write (docs/architecture.md)" >&2
    exit 1
fi
