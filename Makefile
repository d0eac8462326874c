# Everything is run from here; .ci/run calls the same targets. `make help` lists them.

SWIFT ?= swift
# How `build` and `run` compile: release or debug. Tests are compiled for debugging, with every check on.
CONFIGURATION ?= release
# What `run` runs, and where its results go.
PIPELINE ?= data/pipelines/quickstart.yaml
OUT ?= runs/$(basename $(notdir $(PIPELINE)))
# More options for `recode-data run`, such as RUN_OPTIONS='--concurrency 4'.
RUN_OPTIONS ?=
# More options for the benchmark program.
BENCH_OPTIONS ?=
# More options for `swift test`, such as TEST_OPTIONS='--filter FilterTests'.
TEST_OPTIONS ?=

PROGRAM = .build/$(CONFIGURATION)/recode-data
SHELL_SCRIPTS = scripts/*.sh .ci/run
PYTHON_SOURCES = environments Sources/TraceGen/Resources Sources/RecodeBench Sources/RecodeData/Resources \
	Tests/Environments Tests/FilterTests Tests/Interop Tests/RecodeDataTests Tests/StudyTests Tests/TestServers \
	Tests/TokensTests scripts/*.py

export SWIFT

.DEFAULT_GOAL := help
.PHONY: help setup setup-test setup-alfworld setup-dev build run test test-environments test-model test-interop test-kills lint format bench samples docs clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 12

setup: ## install what is missing: Debian packages, and .venv from requirements.txt
	@scripts/setup.sh

setup-test: ## the same, with what tests compare with
	@scripts/setup.sh --test

setup-alfworld: ## the same, with what plays ALFWorld's games, compiled in part (minutes)
	@scripts/setup.sh --test --alfworld

setup-dev: ## the same, with the linters
	@scripts/setup.sh --dev

build: setup ## compile recode-data (CONFIGURATION=release|debug)
	$(SWIFT) build -c $(CONFIGURATION) --product recode-data

run: build ## run PIPELINE into OUT: real episodes in, training pairs out; resumable
	$(PROGRAM) run $(PIPELINE) --out $(OUT) $(RUN_OPTIONS)

test: setup-test ## run all tests (TEST_OPTIONS='--filter NAME' for some)
	scripts/test.sh $(TEST_OPTIONS)

test-environments: setup-alfworld build ## run the tests of the environments' programs
	scripts/test-environments.sh $(PROGRAM)

test-model: build ## collect from a real language model on this machine, replay it, compare
	scripts/test-model.sh $(PROGRAM)

test-interop: build ## open exports of every format with the libraries and trainers that read them
	scripts/test-interop.sh $(PROGRAM)

lint: setup-dev ## check format, imports, output, shell and Python
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests
	scripts/check-imports.sh
	scripts/check-output.sh
	.venv/bin/shellcheck $(SHELL_SCRIPTS)
	.venv/bin/ruff check --quiet $(PYTHON_SOURCES)
	.venv/bin/ruff format --quiet --check $(PYTHON_SOURCES)
	.venv/bin/mypy --no-error-summary $(PYTHON_SOURCES)

format: setup-dev ## rewrite sources the way lint wants them
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests
	.venv/bin/ruff format --quiet $(PYTHON_SOURCES)

test-kills: setup-test ## kill the program a hundred times while it replays a run, resumes and seals (about 8 minutes)
	RECODE_DATA_KILLS=100 scripts/test.sh --filter aReplayedRunThatIsKilledAgainAndAgain

bench: setup-alfworld ## measure and write docs/benchmarks.md (BENCH_OPTIONS='--rounds 1' for a quick look)
	$(SWIFT) build -c release
	.build/release/RecodeBench $(BENCH_OPTIONS) > docs/benchmarks.md.new
	mv docs/benchmarks.md.new docs/benchmarks.md

samples: build ## make data/samples anew
	scripts/make-samples.sh $(PROGRAM)

docs: build ## write docs/commands.md from the program's own help
	scripts/docs.sh $(PROGRAM) > docs/commands.md.new
	mv docs/commands.md.new docs/commands.md

clean: ## remove what was built (.build, .venv, .venv-model); runs/ stays
	rm -rf .build .venv .venv-model .mypy_cache .ruff_cache
