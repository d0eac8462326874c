#!/bin/sh
# Writes docs/commands.md from the program's own help, to standard output.
#
#   scripts/docs.sh PROGRAM
set -eu

program=${1:?the path of recode-data}

# Wide enough that no line of help is wrapped.
help_of() { COLUMNS=100 "$program" help "$@"; }

cat <<'HEAD'
# Commands

Written by `make docs` from the program's own help. Data goes to standard output, messages and progress to standard error.
HEAD
for command in run collect games import filter export count verify held-out doctor "env check"; do
    printf '\n## recode-data %s\n\n```\n' "$command"
    # One command of two words.
    # shellcheck disable=SC2086
    help_of $command
    printf '```\n'
done
