# The one interface to this project: `make` alone lists what there is.
#
#   make run                                                                 the sample authority
#   make run DATA=../shared/data LA=874 LIST_YEAR=2020 AS_AT=2019-06-30      a folder of real files

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test gate-score drill bench backtest docs lint fix lock up down psql clean distclean

PYTHON ?= python3
DATA ?=
CASES ?=
LA ?=
LIST_YEAR ?=
AS_AT ?=

VENV := .venv
BIN := $(VENV)/bin
STATE := .support-list
INSTALLED := $(VENV)/installed
INSTALLED_DEV := $(VENV)/installed-dev
# The peers of the bench stand apart: nothing that runs or tests the programme can come to need them.
PEERS := $(VENV)/bench
INSTALLED_PEERS := $(PEERS)/installed

# pip names each package as it fetches it; some hundred and eighty lines of that become a few.
COUNT := awk '/^(Collecting|Processing) /{ if (++n % 30 == 0) { print "  " n " packages ..."; fflush() } } /^Installing collected/{ print "  unpacking ..."; fflush() }'
# The lock is given as constraint too: without it, pip before 23.3 takes `package[extra]` for a package of its own that
# no line of the lock pins.
INSTALL_WITH = $(1) -m pip install --disable-pip-version-check --no-input --require-hashes -r $(2) -c $(2) | $(COUNT)
INSTALL = $(call INSTALL_WITH,$(BIN)/python,$(1))
COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

help: ## List the targets (this).
	@echo "make TARGET [NAME=value ...]"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{ printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  DATA=folder      files to take in, with a releases.csv (default: the sample authority)"
	@echo "  LA=874           three-digit code of the local authority"
	@echo "  LIST_YEAR=2020   academic year that the list supports, by the year it ends in"
	@echo "  AS_AT=2019-06-30 the day whose knowledge is used"
	@echo "  PYTHON=python3   Python 3.11, 3.12 or 3.13, to make $(VENV) with"

setup: $(INSTALLED) ## Make the virtual environment (the others do it when needed).

run: $(INSTALLED) ## Do the whole job: files in, checks, tiers, approval, a published list.
	@$(BIN)/support-list run$(if $(DATA), --data '$(DATA)')$(if $(LA), --la '$(LA)')$(if $(LIST_YEAR), --list-year '$(LIST_YEAR)')$(if $(AS_AT), --as-at '$(AS_AT)')

test: $(INSTALLED_DEV) ## Run the tests.
	@$(BIN)/python -m pytest

gate-score: $(INSTALLED_DEV) ## Spoil a clean list in some 250 ways and count what a rule of gate 2 stops (about five minutes).
	@PYTHONPATH=tests $(BIN)/python -m gate_score

drill: $(INSTALLED_DEV) ## Break a stack of containers in seven ways and see that nothing is lost (about half an hour; needs Docker).
	docker build --tag school-support-list .
	@$(BIN)/python tests/drills/drill.py

bench: $(INSTALLED_PEERS) ## Measure speed and memory against named peers (some two hours; CASES="loading ..." for a part, DATA=folder).
	@DATA='$(DATA)' $(PEERS)/bin/python tests/bench/bench.py $(CASES)

backtest: $(INSTALLED_DEV) ## Judge all England as at June 2017 and 2018 and measure it (DATA=folder); writes docs/how-good-is-it.md.
	@$(BIN)/python -m school_support.backtest '$(DATA)'

docs: $(INSTALLED) ## Write docs/data-dictionary.md and docs/configuration.md anew, and dbt's documentation as one page.
	@$(BIN)/python -m school_support.configuration
	@$(BIN)/python -m school_support.warehouse.dictionary
	@$(BIN)/support-list docs

lint: $(INSTALLED_DEV) ## Check style and types of Python, SQL and YAML.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --nocolor --disable-progress-bar dbt_project/models
	$(BIN)/yamllint --strict .

fix: $(INSTALLED_DEV) ## Mend what the linters can mend.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --nocolor --disable-progress-bar dbt_project/models

lock: $(INSTALLED_DEV) ## Write the locks anew after a change of requirements*.in.
	$(BIN)/uv $(COMPILE) requirements.in --output-file requirements.lock > /dev/null
	$(BIN)/uv $(COMPILE) requirements-dev.in --output-file requirements-dev.lock > /dev/null
	$(BIN)/uv $(COMPILE) requirements-bench.in --output-file requirements-bench.lock > /dev/null

up: $(INSTALLED) ## Start PostgreSQL and Airflow with the nightly, termly and annual runs scheduled.
	@$(BIN)/support-list up

down: ## Stop what `make up` or `make run` left running.
	@if [ -x $(BIN)/support-list ]; then $(BIN)/support-list stop; fi

psql: $(INSTALLED) ## Open psql on the warehouse.
	@$(BIN)/support-list psql

# Started by root, the database may lie outside the checkout: its own code knows where.
clean: ## Stop everything and delete all data, published lists too; keep the virtual environment.
	@if [ -d $(STATE) ] && [ ! -x $(BIN)/support-list ]; then \
		echo "A database server may be running on $(STATE), and $(VENV), which can stop it, is gone: make setup first." >&2; \
		exit 1; \
	fi
	@if [ -d $(STATE) ]; then \
		env -u SUPPORT_LIST_HOME $(BIN)/support-list stop; \
		env -u SUPPORT_LIST_HOME $(BIN)/python -c 'from school_support.warehouse.embedded import remove; remove()'; \
	fi
	rm -rf $(STATE) dbt_project/target dbt_project/logs .mypy_cache .pytest_cache .ruff_cache

distclean: clean ## As clean, and delete the virtual environment.
	rm -rf $(VENV) plugins/*.egg-info

$(INSTALLED): requirements.lock pyproject.toml
	@command -v "$(PYTHON)" > /dev/null || { \
		echo "$(PYTHON) is not installed. Name a Python from 3.11 to 3.13, as in: make run PYTHON=python3.12" >&2; \
		exit 1; \
	}
	@"$(PYTHON)" -c 'import sys; (3, 11) <= sys.version_info[:2] <= (3, 13) or sys.exit( \
		"$(PYTHON) is Python %d.%d; this project needs 3.11, 3.12 or 3.13. Name one, as in: make run PYTHON=python3.12" \
		% sys.version_info[:2])'
	@if ! $(BIN)/python -m pip --version > /dev/null 2>&1; then \
		echo "Making the virtual environment $(VENV) with $$("$(PYTHON)" --version) ..."; \
		"$(PYTHON)" -m venv --clear $(VENV); \
	fi
	@echo "Installing $$(grep -c '^[a-z].*==' requirements.lock) packages: about 1 GB, one or two minutes ..."
	@$(call INSTALL,requirements.lock)
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(INSTALLED_DEV): requirements-dev.lock $(INSTALLED)
	@echo "Installing what tests and linters need ..."
	@$(call INSTALL,requirements-dev.lock)
	@touch $@

# A site directory added by a .pth has its own .pth files read, so the checkout itself is there too; pip finds in it what the
# lock of the peers has in common with the others, and installs the rest.
$(INSTALLED_PEERS): requirements-bench.lock $(INSTALLED_DEV)
	@echo "Installing the peers that the bench measures against ..."
	@$(BIN)/python -m venv --clear --without-pip $(PEERS)
	@$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
		> "$$($(PEERS)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/programme.pth"
	@$(call INSTALL_WITH,$(PEERS)/bin/python,requirements-bench.lock)
	@touch $@
