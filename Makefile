# Everything below sets itself up: Python 3.11+ and make are all that has to be there.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONDONTWRITEBYTECODE ?= 1

.PHONY: help demo run test check bench lock setup
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

demo: setup ## the main job end to end, then GraphiQL (ONCE=1 ends instead)
	@$(BIN)/numberline demo $(if $(ONCE),--once)

run: setup ## serve on 127.0.0.1:8000 with the embedded database and the Control Hub simulator
	@$(BIN)/numberline run

test: setup tests/conformance/node_modules/ready ## every test, after the checks
	@$(MAKE) --no-print-directory check
	@$(BIN)/pytest -n 2 --dist loadfile

check: setup ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup ## measure; ratios against something run beside it
	@$(BIN)/python -m tests.bench

lock: setup ## renew the pinned and hashed dependency lists
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade -q -o requirements.lock

setup: .venv/ready api/graphiql/node_modules/ready

.venv/ready: requirements.lock pyproject.toml
	@echo "Setting up .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# GraphiQL is optional: install.py writes the stamp once the files are there; make goes on without it.
api/graphiql/node_modules/ready: api/graphiql/package-lock.json | .venv/ready
	@echo "Setting up GraphiQL"
	@$(BIN)/python -m api.graphiql.install

# Likewise: without them the tests that need them are skipped, and say so.
tests/conformance/node_modules/ready: tests/conformance/package-lock.json | .venv/ready
	@echo "Setting up the clients and audits of others"
	@$(BIN)/python -m tests.conformance.install
