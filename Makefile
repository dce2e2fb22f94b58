# Letsema: what people and CI run. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
BIN := .venv/bin
ROOMS := admin_web channels conversations core letsema storage
TEMPLATES = $(shell find $(ROOMS) -name '*.html')

# Options for the program behind a target: make test ARGS="-k ussd", make run ARGS="--port 9000".
ARGS ?=

# Tests run in as many processes as there are processors, four at most: each starts engines of its own. They are handed
# out in the order of tests/ordering.py, the longest files first.
TEST_PROCESSES ?= -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# An active environment elsewhere must not receive what is meant for .venv; nor must a --user default.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH
export PIP_USER := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

##@ Every day

.PHONY: run
run: .venv/.run-installed ## Start the demo: database, portal, browser phone, all on loopback
	@exec $(BIN)/letsema demo $(ARGS)

.PHONY: test
test: .venv/.dev-installed ## Run every test
	@$(BIN)/python -m pytest $(TEST_PROCESSES) $(ARGS)

.PHONY: check
check: .venv/.dev-installed ## Everything but the tests: style, types, arrows, templates, migrations, texts
	@status=0; try() { "$$@" || { status=1; echo "-- not clean: $$*" >&2; }; }; \
	try $(BIN)/ruff check .; \
	try $(BIN)/ruff format --check .; \
	try $(BIN)/mypy; \
	try $(BIN)/lint-imports --no-logo; \
	try $(BIN)/deptry .; \
	$(if $(TEMPLATES),try $(BIN)/djlint --quiet --lint $(TEMPLATES);) \
	try $(BIN)/letsema db check; \
	try $(BIN)/letsema conversations check >/dev/null; \
	try $(BIN)/python -m pytest --quiet tests/architecture; \
	exit "$$status"

.PHONY: format
format: .venv/.dev-installed ## Rewrite the code the way `make check` wants it
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

##@ Now and then

.PHONY: bench
bench: .venv/.dev-installed ## Measure the budgets
	@$(BIN)/python -m benchmarks $(ARGS)

.PHONY: drills
drills: .venv/.dev-installed ## Kill each part of the running product and of its engines, and see that nothing is lost
	@LETSEMA_TESTS_DRILLS=all $(BIN)/python -m pytest tests/drills $(ARGS)

.PHONY: screens
screens: .venv/.dev-installed ## Write a picture of each page and of the phone to docs/screens
	@$(BIN)/python -m tests.screens $(ARGS)

.PHONY: conversations
conversations: .venv/.dev-installed ## Draw the borrower's flows anew into docs/conversations
	@$(BIN)/letsema conversations graph --to docs/conversations

.PHONY: mutants
mutants: .venv/.mutants-installed ## Break the money rules in every small way and see a test go red
	@$(BIN)/python -m tests.mutants $(ARGS)

.PHONY: audit
audit: .venv/.dev-installed ## Look for known weaknesses in the locked versions
	@$(BIN)/pip-audit --disable-pip --requirement requirements/run.txt

.PHONY: lock
lock: ## Choose the newest versions that pyproject.toml allows, with hashes (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 2; }
	@$(LOCK) --upgrade --group build --group dev --output-file requirements/dev.txt
	@$(LOCK) --group build --constraint requirements/dev.txt --output-file requirements/run.txt
	@$(LOCK) --group mutants --constraint requirements/dev.txt --output-file requirements/mutants.txt

# Universal: one file serves every Python and platform that we support. No addresses, so that any index serves it.
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links

.PHONY: clean
clean: ## Remove what the tools left behind; keeps .venv and data
	@rm -rf build *.egg-info .coverage coverage.xml .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find $(ROOMS) tests -type d -name __pycache__ -prune -exec rm -rf {} +

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- the environment: stamps, so that a second run starts at once ------------------------------------------------------

.venv/.created:
	@command -v $(PYTHON) >/dev/null \
	  || { echo "Letsema needs Python 3.11 or newer, and there is no '$(PYTHON)' here." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Letsema needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -c 'import platform; print(platform.python_version())')." \
	    "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv .venv
	@touch $@

# The project itself is installed last and without build isolation: its build tool came with the locked files, so
# nothing is downloaded that has no hash. Newer pips would show a warning of that tool's that nobody can act on.
INSTALL_PROJECT := PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .

.venv/.run-installed: requirements/run.txt pyproject.toml | .venv/.created
	@echo "Installing what Letsema runs on into .venv; this is done once."
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/run.txt
	@$(INSTALL_PROJECT)
	@touch $@

.venv/.dev-installed: requirements/dev.txt pyproject.toml | .venv/.created
	@echo "Installing what Letsema and its tests run on into .venv; this is done once."
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.txt
	@$(INSTALL_PROJECT)
	@touch $@

.venv/.mutants-installed: requirements/mutants.txt | .venv/.dev-installed
	@echo "Installing what breaks the code for make mutants into .venv; this is done once."
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/mutants.txt
	@touch $@
