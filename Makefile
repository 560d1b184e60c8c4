# make chat and make test do everything on a fresh machine; nothing is done twice.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup chat test bench check format clean

help:
	@echo "make chat    sets up, indexes the bundled course, serves the model, opens the chat"
	@echo "make test    sets up, runs every test that needs no GPU"
	@echo "make bench   measures speed on this machine (half an hour), with a page in build/bench"
	@echo "make check   lint, format and types"
	@echo "make setup   only the virtual environment, in $(VENV)"

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --disable-pip-version-check --quiet --no-compile --no-deps -r requirements.lock
	$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	@touch $@

chat: setup
	$(BIN)/ayudante chat

# The course is indexed once, anew, by every core. The model needs every core too: its tests come
# after the others, which share them.
test: export COURSE_INDEX := $(CURDIR)/build/course-index
test: setup
	$(BIN)/ayudante index --rebuild --index "$$COURSE_INDEX"
	OMP_NUM_THREADS=1 $(BIN)/pytest -m "not gpu and not vllm" -n 2 --dist worksteal
	$(BIN)/pytest -m "not gpu and vllm"

# One after the other, because each wants the machine to itself.
BENCHMARKS := indexing embedding course loading crowd serving
bench: setup
	mkdir -p build/bench
	$(BIN)/ayudante index
	for name in $(BENCHMARKS); do \
	  $(BIN)/python -m tests.benchmarks.$$name --json build/bench/$$name.json || exit 1; \
	done
	$(BIN)/python -m tests.benchmarks.summary build/bench
	@echo "build/bench/index.html"

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .ayudante build *.egg-info
