# Two commands set everything up: `make run` and `make test`. They need Python 3.11 or newer.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: run test test-full lint simulate bench docs notebooks clean

run: $(READY)  ## calibrate the sample leads: scorecard and report into calibration/
	$(BIN)/calibrate run data/leads.csv --spec data/spec.yaml --out calibration

# A process a core: threads that share out small matrices would wait for cores, and for each other.
test: $(READY)  ## the whole test suite, doctests included, on all cores
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n auto --dist loadfile

test-full: $(READY)  ## the tests that need Spark, a PMML engine (Java 17) or LibreOffice
	$(BIN)/python -m pip install --quiet --editable '.[full]'
	$(BIN)/pytest -m full

lint: $(READY)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

simulate: $(READY)  ## the long simulations, whole
	CALIBRATE_SIMULATE=whole $(BIN)/pytest -m simulation -s

bench: $(READY)  ## ratios to named peers, in one run
	$(BIN)/python -m benchmarks

notebooks: $(READY)  ## run the notebooks and keep their outputs
	$(BIN)/python notebooks/execute.py

docs: $(READY)  ## build the docs; warnings are errors, and so are links that lead nowhere
	$(BIN)/sphinx-build -W --keep-going --quiet docs build/site
	$(BIN)/python docs/links.py build/site

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) build calibration
