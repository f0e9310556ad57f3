# Each target does its own set-up; set-up that is done costs nothing. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt
Q ?= who owns the model?
export Q
# Processes that share the tests; each that meets the model tests takes 3 GB. One file's tests stay together.
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help serve ask test test-fast check fix audit model docs screenshots lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

serve: $(INSTALLED) model ## serve the chat page on 127.0.0.1:7860
	@$(BIN)/assistant serve

ask: $(INSTALLED) model ## answer one question: make ask Q="who owns the model?"
	@$(BIN)/assistant ask -- "$$Q"

test: check model ## lint, type-check and run every test
	@$(PYTEST)

test-fast: $(INSTALLED_DEV) ## the tests that need no model, process, browser or minute
	@$(PYTEST) -m "not model and not browser and not processes and not packaging and not sets"

check: $(INSTALLED_DEV) ## ruff, ruff format and mypy --strict
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

fix: $(INSTALLED_DEV) ## mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

audit: $(INSTALLED_DEV) ## ask the OSV service for known weaknesses of the pinned versions (needs the network)
	@$(BIN)/python deploy/audit.py $(AUDIT)

model: | $(INSTALLED)
	@$(BIN)/assistant models pull --if-needed

docs: $(INSTALLED_DEV) ## write docs/configuration.md from the settings
	@$(BIN)/python docs/write_configuration.py > docs/configuration.md

screenshots: $(INSTALLED_DEV) ## take the pictures of the README again, in Chromium
	@PYTHONPATH=. $(BIN)/python docs/take_screenshots.py

lock: $(INSTALLED_DEV) ## write the versions installed now into constraints.txt
	@$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' > constraints.txt

clean: ## remove the environment and the index; documents, state and models stay
	rm -rf $(VENV) .assistant/index

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	@$(PIP_INSTALL) --editable .
	@touch $@

$(INSTALLED_DEV): pyproject.toml constraints.txt | $(BIN)/python
	@$(PIP_INSTALL) --editable '.[dev]'
	@touch $(INSTALLED) $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.11 …" >&2; exit 1; }
	@echo "First set-up: needs the network once, some minutes, 4 GB of disk (packages 2.6, local model 1.1)" >&2
	@echo "and, when running, 3 GB of memory. Nothing is downloaded afterwards unless you ask for it." >&2
	@$(PYTHON) -m venv $(VENV)
