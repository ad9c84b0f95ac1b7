# Run, check and maintain Chaikhana. `make` alone lists the targets.
#
# Needs Python 3.11 or newer, nothing else: Node, and for the tests Redis, PostgreSQL, Chromium and a C compiler, are
# taken from the machine where it has them, and fetched where it has not.

PYTHON ?= python3
PORT ?= 8000

VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
NPM := frontend/with-node npm --prefix frontend
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Stamps say when a step was done last, so that a second `make run` does nothing but serve.
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
BENCHMARKS := $(VENV)/.benchmarks
NODE_MODULES := frontend/node_modules/.installed
DIST := frontend/dist/.built
FRONTEND_SOURCES := $(shell find frontend \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo superuser test lint types imports schema-check texts-check django-check frontend-check servers \
	pytest cluster browser delivery bench bench-client screenshots format schema texts lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' Makefile

## Run

run: $(RUNTIME) $(DIST) ## Serve on all interfaces, on port 8000 or PORT=...
	@exec $(MANAGE) serve --port $(PORT)

# A database of its own, so that nobody of it is ever among real people. With DATABASE_URL it is that one.
demo: export VAR_DIR ?= var/demo
demo: $(RUNTIME) $(DIST) ## The same with rooms, people and a conversation that goes on
	@exec $(MANAGE) demo --port $(PORT)

superuser: $(RUNTIME) ## Create an administrator
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) createsuperuser

## Check

test: lint types imports schema-check texts-check django-check frontend-check servers browser ## Check everything, as CI does

lint: $(DEVELOPMENT) ## Style of the Python code
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(DEVELOPMENT) ## Types of the Python code
	$(BIN)/mypy

imports: $(DEVELOPMENT) ## Which layer may import which
	$(BIN)/lint-imports

schema-check: $(DEVELOPMENT) ## schema.graphql says what the code does
	$(MANAGE) write_schema --check

texts-check: $(DEVELOPMENT) ## All that is said is in the catalogs, in every language
	$(MANAGE) write_texts --check

django-check: $(DEVELOPMENT) ## Django's own checks; no migration is missing
	$(MANAGE) check
	$(MANAGE) makemigrations --check --dry-run

frontend-check: $(DIST) ## Style, types, build and tests of the web client
	$(NPM) run lint
	$(NPM) run typecheck
	$(NPM) test --if-present

# Each waits much and for other things than the other. What the cluster's tests say is shown when the first have ended.
servers: $(DEVELOPMENT) $(DIST) ## pytest and cluster, both at the same time
	@$(MAKE) --no-print-directory cluster >$(VENV)/cluster.log 2>&1 & cluster=$$!; trap 'kill $$cluster' INT TERM; \
	$(MAKE) --no-print-directory pytest; alone=$$?; echo "Waiting for the same tests in a cluster ..."; \
	wait $$cluster; together=$$?; cat $(VENV)/cluster.log; exit $$((alone + together))

pytest: $(DEVELOPMENT) $(DIST) ## Tests of the server (a few of them: .venv/bin/pytest tests/...)
	$(BIN)/pytest --ignore=tests/browser

# All but those that bring services of their own, whatever they are run on, and those of code that uses none. The
# database goes with its server: to drop it first would be to wait for whoever still holds a connection.
NOT_CLUSTERED := benchmarks browser delivery frontend hub services system \
	$(addprefix test_,$(addsuffix .py,catalogs folding lan languages limits loops pictures settings))
cluster: $(DEVELOPMENT) $(DIST) ## The same tests as in a cluster: on PostgreSQL and Redis
	$(BIN)/python -m tests.services $(BIN)/pytest --reuse-db $(addprefix --ignore=tests/,$(NOT_CLUSTERED))

# A run of its own: while Playwright runs, no asyncio code of a test can.
browser: $(DEVELOPMENT) $(DIST) ## Tests of the web client and of GraphiQL, in a real Chromium
	$(BIN)/pytest tests/browser

# The tests have the short form of it.
delivery: $(DEVELOPMENT) ## Break a cluster in every way, and check that nothing is lost (PROCESSES="1 2 4", SEED=1)
	@$(MANAGE) verify_delivery $(if $(PROCESSES),--processes $(PROCESSES)) $(if $(SEED),--seed $(SEED))

## Measure

# Nothing else should run on the machine meanwhile. It takes Linux, two cores, and a good half of an hour.
bench: $(BENCHMARKS) ## The engine beside its peers (SCENARIOS="one-room ...", ROUNDS=1)
	@$(BIN)/python -m benchmarks.engine --write $(if $(ROUNDS),--rounds $(ROUNDS)) $(SCENARIOS)

# Nor should it here. A few minutes.
bench-client: $(DEVELOPMENT) $(DIST) ## How the web client feels in Chromium: weight, scrolling, typing
	@$(BIN)/python -m benchmarks.client

## Maintain

screenshots: $(DEVELOPMENT) $(DIST) ## Take the pictures of the web client in docs/screens anew
	@$(BIN)/python -m tests.browser.screenshots

format: $(DEVELOPMENT) $(NODE_MODULES) ## Bring the code into style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(NPM) run format

schema: $(RUNTIME) ## Write schema.graphql from the code
	$(MANAGE) write_schema

texts: $(DEVELOPMENT) ## Write the catalogs of texts from the code, and compile what is translated
	$(MANAGE) write_texts

# --no-config and --default-index: the result must not depend on whose machine it was made on.
UV_COMPILE = $(BIN)/uv pip compile --no-config --default-index https://pypi.org/simple --quiet --universal \
	--python-version 3.11 --generate-hashes --no-annotate --no-header $(if $(UPGRADE),--upgrade)

lock: $(BIN)/uv ## Pin requirements*.txt by pyproject.toml (UPGRADE=1: take newer versions)
	$(UV_COMPILE) pyproject.toml --output-file requirements.txt
	$(UV_COMPILE) pyproject.toml --group dev --constraints requirements.txt --output-file requirements-dev.txt
	$(UV_COMPILE) pyproject.toml --group dev --group bench --constraints requirements-dev.txt --output-file requirements-bench.txt

clean: ## Remove all that make has made; what people said, in var/, stays
	rm -rf $(VENV) frontend/node_modules frontend/dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

## Steps

# Without --clear, what is left of an environment whose Python has gone would stand in the way of the new one.
$(BIN)/python:
	@{ $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; } 2>/dev/null || { \
		echo 'Chaikhana needs Python 3.11 or newer, and `$(PYTHON)` is not:' \
			'install it, or name it as in `make PYTHON=python3.12 $(MAKECMDGOALS)`.' >&2; exit 1; }
	@{ $(PYTHON) -c 'import ensurepip, venv'; } 2>/dev/null || { \
		echo 'Chaikhana needs the venv module of Python, and `$(PYTHON)` has none:' \
			'install it (Debian and Ubuntu: apt-get install python3-venv).' >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

$(RUNTIME): requirements.txt | $(BIN)/python
	@echo 'Installing the packages of requirements.txt ...'
	@$(PIP_INSTALL) --require-hashes -r requirements.txt
	@touch $@

# After the runtime, not beside it: `make -j` must not run two pips in one environment.
$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo 'Installing the packages of requirements-dev.txt ...'
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

$(BENCHMARKS): requirements-bench.txt $(DEVELOPMENT)
	@echo 'Installing the packages of requirements-bench.txt ...'
	@$(PIP_INSTALL) --require-hashes -r requirements-bench.txt
	@touch $@

$(BIN)/uv: | $(RUNTIME)
	@$(PIP_INSTALL) uv

# with-node may fetch Node by pip: after the other pips, for the same reason. To serve takes no more than one.
$(NODE_MODULES): frontend/package-lock.json frontend/package.json \
		| $(if $(filter run demo,$(MAKECMDGOALS)),$(RUNTIME),$(DEVELOPMENT))
	@echo 'Installing the packages of frontend/package-lock.json ...'
	@$(NPM) ci
	@touch $@

# The schema too: typed operations are generated from it.
$(DIST): $(NODE_MODULES) $(FRONTEND_SOURCES) schema.graphql
	@echo 'Building the web client ...'
	@$(NPM) run build
	@$(BIN)/python -m servestatic.compress --quiet frontend/dist
	@touch $@
