# Every target makes $(VENV) when it is missing, and installs again when pyproject.toml or constraints.txt changed.
VENV ?= .venv
PYTHON ?= $(shell command -v python3.11 || command -v python3)
ARGS ?=

.PHONY: demo test test-all check bench ui
.DEFAULT_GOAL := demo

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing Winnow into $(VENV) (some minutes, the first time)"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e . -c constraints.txt
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing Winnow and what its tests need into $(VENV) (some minutes, the first time)"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@touch $@ $(VENV)/.installed

demo: $(VENV)/.installed  ## ingest the bundled letters, screen a bundled job, print the verdict
	@$(VENV)/bin/winnow demo $(ARGS)

test: $(VENV)/.installed-dev  ## the suite; slow measurements are left to test-all
	$(VENV)/bin/python -m pytest -q -m "not slow" $(ARGS)

test-all: $(VENV)/.installed-dev  ## the suite with its slow tests
	$(VENV)/bin/python -m pytest -q $(ARGS)

check: $(VENV)/.installed-dev  ## lint, format, types and floors
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/pyright --pythonpath $(VENV)/bin/python
	$(VENV)/bin/lint-imports

bench: $(VENV)/.installed-dev  ## the measured tables of the README
	$(VENV)/bin/python -m evals.bench $(ARGS)

ui: $(VENV)/.installed  ## the dashboard, on this machine only
	$(VENV)/bin/winnow ui $(ARGS)
