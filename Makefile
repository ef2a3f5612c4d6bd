# Partyline's commands. `make run` and `make test` say what they install. Later runs reuse it.
#
#   make run        run the whole system on this machine, without AWS and without a Twilio account
#   make test       run `make check` and all tests; the last line lists skipped checks
#   make check      check format, lints, docs, types and unused code
#   make generate   regenerate the generated files (API document, types, routes)
#   make audit      check licenses, banned crates, sources and known advisories
#   make bench      run the benchmarks; they assert nothing
#   make pictures   retake the screenshots in docs/pictures
#   make build      build the functions for Lambda (FUNCTION=send-message for one)
#   make clean      delete build output, installed packages and the local state

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.PHONY: help run test check check-rust check-page generate test-rust test-page test-sdk test-browser \
        audit bench pictures build clean chromium

ARGS ?=
CARGO_LAMBDA := $(shell command -v cargo-lambda 2>/dev/null)
CHROMIUM := $(firstword $(wildcard /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome \
            /Applications/Chromium.app/Contents/MacOS/Chromium \
            /Applications/Google?Chrome.app/Contents/MacOS/Google?Chrome))

help:
	@sed -n '3,/^$$/s/^#   //p' Makefile

# ── Requirements ──────────────────────────────────────────────────────────────────────────────────

# Installs the npm packages of the lock file. Runs again when the lock file changes.
node_modules/.installed: package-lock.json
	@command -v npm >/dev/null || { echo "Install Node.js 20.19 or newer: https://nodejs.org"; exit 1; }
	@echo "Installing npm packages…"
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Debian's python3 lacks `ensurepip`, which venv needs.
PYTHON_WORKS := python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 9))' 2>/dev/null

# Names the missing system packages. Asks before it installs them, except with `CI=true` or without a terminal.
define APT_INSTALL
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "The tests need $(1). Missing system packages: $(2)"; \
	  answer=y; \
	  if [ "$${CI:-}" != true ] && [ -t 0 ]; then read -r -p "Install them with apt-get? [y/N] " answer || answer=n; fi; \
	  case "$$answer" in \
	    [yY]*) apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2) >/dev/null ;; \
	    *) echo "Nothing was installed." ;; \
	  esac; \
	fi
endef

# Installs Twilio's Python library into its own environment. Runs again when its version changes.
target/twilio-sdk-py/.installed: tests/twilio-sdk-py/requirements.txt
	@if ! $(PYTHON_WORKS); then \
	  $(call APT_INSTALL,Python with venv,python3 python3-venv); \
	  $(PYTHON_WORKS) || { echo "The tests with Twilio's Python library need Python 3.9 or newer with venv. On Debian and Ubuntu, run: sudo apt-get install python3 python3-venv. On other systems, see https://www.python.org"; exit 1; }; \
	fi
	@echo "Installing Twilio's Python library into target/twilio-sdk-py…"
	python3 -m venv target/twilio-sdk-py
	target/twilio-sdk-py/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

PAGE_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

frontend/dist/index.html: node_modules/.installed $(PAGE_SOURCES)
	@echo "Building the page…"
	npm run --silent build
	@touch $@

# Checks that Chromium is installed. Only the browser tests, benchmarks and screenshots need it.
chromium:
	@if [ -z "$(CHROMIUM)" ]; then \
	  $(call APT_INSTALL,Chromium,chromium fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji); \
	  if ! command -v chromium >/dev/null; then \
	    echo "The browser tests need Chromium. On Debian and Ubuntu, run: sudo apt-get install chromium. On macOS, run: brew install --cask chromium"; exit 1; \
	  fi; \
	fi

# ── Running ───────────────────────────────────────────────────────────────────────────────────────

PROGRAM := cargo build --package partyline-local --bin partyline

run: frontend/dist/index.html
	@echo "Building the local system. The first build takes a few minutes."
	$(PROGRAM)
	./target/debug/partyline $(ARGS)

# ── Testing ───────────────────────────────────────────────────────────────────────────────────────

# Checks and tests of the page and of the SDKs run beside the Rust tests, which mostly wait. The browser tests run alone,
# because they are sensitive to load. A check that this machine cannot run writes its name and reason to target/skipped.
test:
	@rm -rf target/skipped
	@$(MAKE) --no-print-directory target/twilio-sdk-py/.installed chromium
	@$(MAKE) --no-print-directory check-rust
	@$(MAKE) --no-print-directory --jobs 2 test-rust check-page test-page test-sdk
	@$(MAKE) --no-print-directory test-browser
	@skipped=$$(cat target/skipped/* 2>/dev/null | paste -sd ';' - || true); \
	  echo "Passed: checks, Rust, page, Twilio SDK and browser tests. Skipped: $${skipped:-none}."

# In parallel, because neither keeps all cores busy.
check:
	@$(MAKE) --no-print-directory --jobs 2 check-rust check-page

check-rust:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --lib --no-deps

check-page: node_modules/.installed
	npm run --silent check

generate: node_modules/.installed
	cargo run --quiet --package partyline-tests --bin generate
	npm run --silent types --workspace frontend

# Does not link the functions' binaries, which are large. The program is built first, because tests start it. Tests mostly
# wait, so two run per core.
test-rust:
	$(PROGRAM)
	cargo test --workspace --lib --test '*' -- --test-threads $$((2 * $$(getconf _NPROCESSORS_ONLN)))

test-page: node_modules/.installed
	npm run --silent test

test-sdk: node_modules/.installed target/twilio-sdk-py/.installed
	$(PROGRAM) --package twilio-simulator --bin twilio-simulator --quiet
	npm run --silent test --workspace tests/twilio-sdk
	target/twilio-sdk-py/bin/python tests/twilio-sdk-py/run.py

test-browser: frontend/dist/index.html chromium
	$(PROGRAM) --quiet
	npm run --silent test --workspace tests/browser

# ── Other commands ────────────────────────────────────────────────────────────────────────────────

# An advisory fails the command. An advisory database that cannot be reached does not.
audit: node_modules/.installed
	@command -v cargo-deny >/dev/null || { echo "Installing cargo-deny…"; cargo install --locked --quiet cargo-deny; }
	cargo deny check bans licenses sources
	@if cargo deny fetch db; then cargo deny check --disable-fetch advisories; \
	  else echo "NOT CHECKED: Rust advisories. Could not download the advisory database."; fi
	@report=$$(npm audit --omit=dev 2>&1) && echo "$$report" || { echo "$$report"; \
	  case "$$report" in \
	    *"npm audit report"*) exit 1 ;; \
	    *) echo "NOT CHECKED: npm advisories. Could not read the advisories of the npm registry." ;; \
	  esac; }

bench: frontend/dist/index.html chromium
	tests/bench/run

pictures: frontend/dist/index.html chromium
	$(PROGRAM) --quiet
	npm run --silent pictures --workspace tests/browser

# With cargo-lambda: zip files for arm64. Without it: release binaries for this machine, as CI builds them.
build:
ifdef FUNCTION
	$(if $(CARGO_LAMBDA),cargo lambda build --release --arm64 --output-format zip --bin $(FUNCTION),cargo build --release --package partyline-functions --bin $(FUNCTION))
else
	$(if $(CARGO_LAMBDA),cargo lambda build --release --arm64 --output-format zip --package partyline-functions,cargo build --release --package partyline-functions --bins)
endif

clean:
	rm -rf target node_modules frontend/dist .partyline
