# Two commands: `make demo` runs Muster with a living bot, `make test` runs every test.
# Wanted: Rust 1.90 or newer, Node 20 with npm, a C compiler. What else is needed is installed here, or named.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

DEMO_PORT ?= 8080
SANDBOX_PORT ?= 8081
PEOPLE ?= 5000

LINT_CONSOLE := bash -c 'cd console && npm run --silent lint && npm run --silent typecheck'
TEST_CONSOLE := bash -c 'cd console && npm test'
TEST_BROWSER := env E2E_BINARY=target/debug/muster ./console/e2e/run

.PHONY: help demo serve test check test-rust test-console test-clients test-browser pictures licences lint lint-console build-tests console build tools clean stages

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

demo: build ## Open a living console at http://localhost:8080, signed in
	./target/release/muster demo --people $(PEOPLE) --port $(DEMO_PORT) --sandbox-port $(SANDBOX_PORT)

serve: build ## Run the server for a real bot
	./target/release/muster serve

build: tools console ## Build the console and the binary
	@echo "== building the server (a few minutes the first time)"
	cargo build --release --locked -p muster

# A stage that leaves a core idle has another beside it: a build ends crate by crate, and clients mostly wait.
test: stages tools console ## Run every test
	@.ci/stage --beside "the console's lints and types" $(LINT_CONSOLE)
	@$(MAKE) --no-print-directory build-tests licences
	@.ci/stage --join
	@.ci/stage "formatting" cargo fmt --all --check
	@./.ci/postgres
	@.ci/stage --beside "other people's clients" ./.ci/clients
	@.ci/stage "the server's tests" ./.ci/rust-tests
	@.ci/stage --join
	@.ci/stage "the console's tests" $(TEST_CONSOLE)
	@.ci/stage "the console in a browser" $(TEST_BROWSER)
	@.ci/stage --end
	@echo "== all tests passed"

check: stages tools lint test-console ## What a change is checked with first: formatting, lints, units, the house's rules, walls
	@./.ci/postgres
	@.ci/stage "units, the house's rules, walls" ./.ci/rust-tests -E 'kind(lib) + binary(house) + test(walls)'
	@.ci/stage --end

lint: lint-console build-tests licences ## Formatting, lints, types
	@.ci/stage "formatting" cargo fmt --all --check

licences: ## Licences, sources and banned crates of the dependencies, where cargo-deny is installed
	@if cargo deny --version >/dev/null 2>&1; then cargo deny --locked check licenses bans sources; \
	else echo "skipped: cargo-deny is not installed (cargo install cargo-deny)"; fi

lint-console: console/node_modules/.made
	@.ci/stage "the console's lints and types" $(LINT_CONSOLE)

# The debug binary is built with it, with the same features: `cargo build -p muster` would build most crates anew.
build-tests: tools console
	@.ci/stage "building and linting the server" ./.ci/rust-build

test-rust: build-tests ## The server's tests
	@./.ci/postgres
	@.ci/stage "the server's tests" ./.ci/rust-tests

test-console: console/node_modules/.made ## The console's unit tests
	@.ci/stage "the console's tests" $(TEST_CONSOLE)

test-browser: build-tests ## The console in Chromium, against the demo
	@.ci/stage "the console in a browser" $(TEST_BROWSER)

pictures: build-tests ## Take the README's pictures anew
	E2E_BINARY=target/debug/muster E2E_SHOTS="$$(mktemp -d)" E2E_PICTURES="$(CURDIR)/docs/pictures" ./console/e2e/run

test-clients: build-tests ## Other people's clients: of the Bot API against the sandbox, a generated one against the API
	@.ci/stage "other people's clients" ./.ci/clients

stages:
	@.ci/stage --begin

console: console/dist/index.html ## Build the console

console/node_modules/.made: console/package.json console/package-lock.json
	@echo "== installing the console's packages"
	cd console && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

console/dist/index.html: console/node_modules/.made $(shell find console/src console/index.html console/vite.config.ts -type f 2>/dev/null)
	@echo "== building the console"
	cd console && npm run --silent build
	@touch $@

tools:
	@for tool in cargo node npm cc; do \
	  command -v $$tool >/dev/null || { echo "$$tool is missing: see README.md, \"What you need\""; exit 1; }; \
	done

clean: ## Remove what was built
	cargo clean
	rm -rf console/dist console/node_modules
