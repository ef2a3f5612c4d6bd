# Partyline's commands. `make run` and `make test` install what they need, say so, and are quick the second time.
#
#   make run        the whole system on this machine: desk, phones, no AWS, no Twilio account
#   make test       every test, and `make check` before them
#   make check      format, lints, docs, types, unused code
#   make generate   the files that are made from the code (API document, types, routes)
#   make audit      licences, bans, sources, known advisories
#   make bench      figures; nothing is asserted
#   make pictures   the screenshots in docs/pictures
#   make build      the functions for Lambda, release; FUNCTION=send-message for one
#   make clean      what was built, and the local state

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.PHONY: help run test check check-rust check-page generate test-rust test-page test-sdk test-browser \
        audit bench pictures build clean chromium

ARGS ?=
# The bound on parallel rustc processes is Cargo's own; Playwright's workers are in its configuration.
CARGO_LAMBDA := $(shell command -v cargo-lambda 2>/dev/null)
CHROMIUM := $(firstword $(wildcard /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome \
            /Applications/Chromium.app/Contents/MacOS/Chromium \
            /Applications/Google?Chrome.app/Contents/MacOS/Google?Chrome))

help:
	@sed -n '3,/^$$/s/^#   //p' Makefile

# ── What is needed ────────────────────────────────────────────────────────────────────────────────

# npm packages, by the lock file; again only when it changed.
node_modules/.installed: package-lock.json
	@command -v npm >/dev/null || { echo "Node.js 20.19 or newer is needed: https://nodejs.org"; exit 1; }
	@echo "Installing npm packages by package-lock.json …"
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Debian's python3 comes without the half of venv that brings pip.
PYTHON_WORKS := python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 9))' 2>/dev/null

# Says which system packages are missing and, in a terminal, asks; `CI=true` and a shell without a terminal go on.
define APT_INSTALL
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	  echo "The tests need $(1). These system packages are missing and can be installed with apt-get: $(2)"; \
	  answer=y; \
	  if [ "$${CI:-}" != true ] && [ -t 0 ]; then read -r -p "Install them now? [y/N] " answer || answer=n; fi; \
	  case "$$answer" in \
	    [yY]*) apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2) >/dev/null ;; \
	    *) echo "Nothing was installed." ;; \
	  esac; \
	fi
endef

# Twilio's Python library, in an environment of its own; again only when its version changed.
target/twilio-sdk-py/.installed: tests/twilio-sdk-py/requirements.txt
	@if ! $(PYTHON_WORKS); then \
	  $(call APT_INSTALL,Python with venv,python3 python3-venv); \
	  $(PYTHON_WORKS) || { echo "The tests with Twilio's Python library need Python 3.9 or newer with venv. Debian, Ubuntu: sudo apt-get install python3 python3-venv. Elsewhere: https://www.python.org"; exit 1; }; \
	fi
	@echo "Installing Twilio's Python library into target/twilio-sdk-py …"
	python3 -m venv target/twilio-sdk-py
	target/twilio-sdk-py/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

PAGE_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

frontend/dist/index.html: node_modules/.installed $(PAGE_SOURCES)
	@echo "Building the page …"
	npm run --silent build
	@touch $@

# Needed by the browser tests only.
chromium:
	@if [ -z "$(CHROMIUM)" ]; then \
	  $(call APT_INSTALL,Chromium,chromium fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji); \
	  if ! command -v chromium >/dev/null; then \
	    echo "The browser tests need Chromium. Debian, Ubuntu: sudo apt-get install chromium. macOS: brew install --cask chromium."; exit 1; \
	  fi; \
	fi

# ── Running ───────────────────────────────────────────────────────────────────────────────────────

PROGRAM := cargo build --package partyline-local --bin partyline

run: frontend/dist/index.html
	@echo "Building the local system. The first time takes some minutes; Cargo names each crate and counts them."
	$(PROGRAM)
	./target/debug/partyline $(ARGS)

# ── Testing ───────────────────────────────────────────────────────────────────────────────────────

# All of `check`, and the tests. What the page and the libraries need runs beside the Rust tests, which wait more than they
# work; the browser's have the machine to themselves.
test:
	@$(MAKE) --no-print-directory target/twilio-sdk-py/.installed chromium
	@$(MAKE) --no-print-directory check-rust
	@$(MAKE) --no-print-directory --jobs 2 test-rust check-page test-page test-sdk
	@$(MAKE) --no-print-directory test-browser
	@echo "All tests passed."

# Side by side: neither keeps every core busy all the time.
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

# The functions' bins are never linked here: one of them is as large as all their tests. The program comes first: tests start
# and kill it. They wait for answers longer than they work: two at once for each core.
test-rust:
	$(PROGRAM)
	cargo test --workspace --lib --test '*' -- --test-threads $$((2 * $$(getconf _NPROCESSORS_ONLN)))

test-page: node_modules/.installed
	npm run --silent test

test-sdk: node_modules/.installed target/twilio-sdk-py/.installed
	$(PROGRAM) --package twilio-simulator --bin twilio-simulator --quiet
	npm run --silent test --workspace tests/twilio-sdk
	target/twilio-sdk-py/bin/python -m unittest discover --start-directory tests/twilio-sdk-py

test-browser: frontend/dist/index.html chromium
	$(PROGRAM) --quiet
	npm run --silent test --workspace tests/browser

# ── The rest ──────────────────────────────────────────────────────────────────────────────────────

audit: node_modules/.installed
	@command -v cargo-deny >/dev/null || { echo "Installing cargo-deny …"; cargo install --locked --quiet cargo-deny; }
	cargo deny check bans licenses sources
	@cargo deny check advisories || echo "NOT CHECKED or failed: see above. Where the advisory database cannot be reached, nothing is known of new advisories."
	@npm audit --omit=dev || echo "NOT CHECKED or failed: npm's advisories (see above)."

bench: frontend/dist/index.html chromium
	tests/bench/run

pictures: frontend/dist/index.html chromium
	$(PROGRAM) --quiet
	npm run --silent pictures --workspace tests/browser

# With cargo-lambda: zipped, for arm64. Without it: release bins for this machine, which is what CI checks.
build:
ifdef FUNCTION
	$(if $(CARGO_LAMBDA),cargo lambda build --release --arm64 --output-format zip --bin $(FUNCTION),cargo build --release --package partyline-functions --bin $(FUNCTION))
else
	$(if $(CARGO_LAMBDA),cargo lambda build --release --arm64 --output-format zip --package partyline-functions,cargo build --release --package partyline-functions --bins)
endif

clean:
	rm -rf target node_modules frontend/dist .partyline
