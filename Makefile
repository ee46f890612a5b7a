# Two commands are enough: `make run` and `make test`. Everything they need they install into .venv:
# just what the locks name (--no-deps), or a newer release of something would stop the installation.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
LOCK := $(BIN)/uv pip compile pyproject.toml --group build --universal \
        --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet

.PHONY: run test test-long check install format lock bench bench-doors bench-mail bench-replies bench-intake bench-router bench-agenda clean

run: install
	$(if $(DEMO),$(BIN)/sapa demo load --if-missing)
	$(BIN)/sapa serve $(if $(DEMO),--demo)

install: .venv/.run

.venv/.run: requirements/run.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sapa needs Python 3.11 or newer.")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/run.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements/dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.lock
	@touch $@

test: .venv/.dev
	rm -f .coverage .coverage.*
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not long" --cov --cov-report=
	$(BIN)/coverage report --fail-under=95 --skip-covered --show-missing
	$(BIN)/coverage report --fail-under=99 --skip-covered --include='router/*,sapa/desk/*'

test-long: .venv/.dev
	$(BIN)/pytest -m long -v

check: .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pip check --disable-pip-version-check
	@set -e; for part in run dev; do \
	  cp requirements/$$part.lock .venv/$$part.fresh; \
	  $(LOCK) $$(test $$part = run || echo "--group dev") -o .venv/$$part.fresh; \
	  for lock in requirements/$$part.lock .venv/$$part.fresh; do grep == $$lock | sort > .venv/$${lock##*.}.pins; done; \
	  diff .venv/lock.pins .venv/fresh.pins || { echo "Stale: run make lock"; exit 1; }; done

format: .venv/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: .venv/.dev
	$(LOCK) --upgrade --group dev -o requirements/dev.lock
	$(LOCK) --upgrade -c requirements/dev.lock -o requirements/run.lock

bench: bench-doors bench-mail bench-replies bench-router bench-agenda bench-intake

bench-doors: .venv/.dev
	$(BIN)/python -m bench.doors

bench-mail: .venv/.dev
	$(BIN)/python -m bench.mail

bench-intake: .venv/.dev
	$(BIN)/python -m bench.intake
	$(BIN)/python -m bench.sms
	$(BIN)/python -m bench.poll

bench-router: .venv/.dev
	$(BIN)/python -m bench.router

bench-agenda: .venv/.dev
	$(BIN)/python -m bench.agenda

bench-replies: .venv/.dev
	$(BIN)/python -m bench.replies

clean:
	rm -rf .venv .mypy_cache .ruff_cache .coverage .coverage.*
