# make demo: train a network and see what it learned.   make test: run everything.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test lab outputs readme screens browser clean

demo: $(VENV)/.package
	$(BIN)/hgtutorial demo

test: $(VENV)/.dev
	$(BIN)/python tests/run.py

lab: $(VENV)/.dev
	$(BIN)/jupyter lab nbs/index.ipynb

# run every chapter and store what it shows; then README.md from the index
outputs: $(VENV)/.dev
	$(BIN)/python docs/build.py outputs readme

readme: $(VENV)/.dev
	$(BIN)/python docs/build.py readme

# photograph the explorers for the README; needs chromium
screens: $(VENV)/.dev
	$(BIN)/python docs/build.py screens

# what browser tests need, on Debian and Ubuntu; needs root
browser:
	apt-get update
	apt-get install -y --no-install-recommends chromium chromium-driver fonts-dejavu

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.package: settings.ini setup.py | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -e .
	touch $@

$(VENV)/.dev: settings.ini setup.py | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -e '.[dev]'
	touch $@ $(VENV)/.package

clean:
	rm -rf $(VENV) build dist *.egg-info demo runs
