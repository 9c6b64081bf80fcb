# Two commands on a fresh machine with Python 3.11 and make: `make demo` and `make test`.
# `make demo` needs the package alone, `make test` the tools of development too.
VENV   ?= .venv
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN    := $(VENV)/bin
USABLE := $(VENV)/.usable
READY  := $(VENV)/.ready
PIP    := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt

export HF_HUB_OFFLINE ?= 1

.PHONY: setup demo test bench lint types check format clean

setup: $(READY)

$(USABLE): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	touch $@

$(READY): $(USABLE)
	$(PIP) --editable '.[dev,lab,attribution]'
	touch $@

demo: $(USABLE)
	$(BIN)/whorl demo -o whorl-demo

# Two processes with two threads each would wait for one another.
test: check
	OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} $(BIN)/python -m pytest -p no:benchmark -n 2 --dist worksteal

# Ratios to this machine's own ceilings, as a page with a table and a figure; PEER=folder runs the original code beside.
BENCH_PAGE ?= runs/performance.md
bench: $(READY)
	mkdir -p runs
	$(BIN)/python -m pytest -c benchmarks/pytest.ini benchmarks $(if $(PEER),--peer '$(PEER)') --benchmark-json=runs/bench.json
	$(BIN)/python benchmarks/table.py runs/bench.json '$(BENCH_PAGE)'

check: lint types

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
