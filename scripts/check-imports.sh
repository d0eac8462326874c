#!/bin/sh
# Fails if a module imports one it may not know: arrows point one way (docs/architecture.md), and stages never import
# each other. Package.swift says the same to the compiler; this says it in a second and names the line.
set -eu
cd "$(dirname "$0")/.."

modules='CCrypto CZlib CFileSystem CSandbox JSONLines Trajectories Prompts LanguageModels Tokens TraceGen Import Decompose Filter Export Study RecodeData RecodeBench'

# The project's own modules that the module named may import.
allowed() {
    case "$1" in
    CCrypto | CZlib | CFileSystem | CSandbox) ;;
    JSONLines) echo CCrypto CZlib CFileSystem ;;
    Trajectories) echo JSONLines ;;
    Prompts) echo JSONLines Trajectories ;;
    LanguageModels | Study) echo Trajectories ;;
    TraceGen) echo CSandbox Trajectories Prompts LanguageModels ;;
    Decompose) echo Trajectories Prompts ;;
    Import | Filter | Export | Tokens) echo Trajectories JSONLines ;;
    RecodeBench) echo TestServers Tokens JSONLines Trajectories Prompts LanguageModels TraceGen ;;
    RecodeData) echo Trajectories JSONLines Prompts LanguageModels Tokens TraceGen Import Decompose Filter Export Study ;;
    *) return 1 ;;
    esac
}

status=0
for folder in Sources/*/; do
    module=$(basename "$folder")
    if ! may=$(allowed "$module"); then
        echo "$folder: a module scripts/check-imports.sh does not know: add it there and to docs/architecture.md" >&2
        status=1
        continue
    fi
    for other in $modules; do
        case " $may $module " in *" $other "*) continue ;; esac
        pattern="^[[:space:]]*(@[a-zA-Z]+ |public |package |internal |private |fileprivate )*import ([a-z]+ )?$other([.[:space:]]|\$)"
        if grep -rnE --include='*.swift' "$pattern" "$folder" >&2; then
            echo "  $module must not import $other (docs/architecture.md)" >&2
            status=1
        fi
    done
done
exit "$status"
