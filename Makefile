# Thin: each target is one or two lines that the README shows in full.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: parity test unit test-all bench fuzz kill-table reach lint clean

parity: $(INSTALLED)
	$(BIN)/conformance run --engine mini_autograd --output build

test: $(INSTALLED)
	$(MAKE) --jobs 2 lint unit

unit: $(INSTALLED)
	$(BIN)/pytest -n auto --dist worksteal

test-all: $(INSTALLED) lint
	$(BIN)/pytest -n auto --dist worksteal -m "slow or not slow"

ENGINE ?= mini_autograd
MINUTES ?= 10

fuzz: $(INSTALLED)
	$(BIN)/conformance fuzz --engine $(ENGINE) --minutes $(MINUTES)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks

kill-table: $(INSTALLED)
	$(BIN)/python -m kill_table --output build/kill-table

reach: $(INSTALLED)
	$(BIN)/python -m reach

clean:
	rm -rf .venv build

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $(INSTALLED)
