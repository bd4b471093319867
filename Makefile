# How to start: `make lab`.  What else there is: `make help`.
PYTHON   ?= python3
LAB_ARGS ?=
PYTEST_ARGS ?=
PEERS_PIP_ARGS ?=
PAPER_ARGS ?=

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.made-from-the-lock
PEERS := .venv-peers
PEERS_STAMP := $(PEERS)/.made-from-peers-txt
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: env lab test test-full test-keys bench bench-peers paper lint build lock clean help

help:  ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

env: $(STAMP)  ## .venv with everything in requirements.lock (PYTHON=python3.12 to choose one)

$(STAMP): requirements.lock pyproject.toml solutions/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "dflvi needs Python 3.11 or newer; '$(PYTHON)' is not one. Install one and name it: make env PYTHON=python3.12" >&2; \
	  exit 1; }
	@if command -v uv >/dev/null 2>&1; then set -e; echo "making .venv with $(PYTHON) ..."; \
	  uv venv --quiet --clear --python "$$($(PYTHON) -c 'import sys; print(sys._base_executable)')" $(VENV); \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . -e ./solutions; \
	else set -e; echo "making .venv with $(PYTHON) ..."; \
	  "$$($(PYTHON) -c 'import sys; print(sys._base_executable)')" -m venv --clear $(VENV); \
	  export PIP_DISABLE_PIP_VERSION_CHECK=1; \
	  $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock; \
	  $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e . -e ./solutions; \
	fi
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@printf '%s\n' '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}' \
	  > $(VENV)/share/jupyter/lab/settings/overrides.json
	@touch $@

lab: env  ## open the first notebook in JupyterLab (LAB_ARGS="--port 9999 --no-browser")
	$(BIN)/dflvi update --into work
	$(BIN)/jupyter lab --LabApp.news_url=None --LabApp.extension_manager=readonly \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
	  $(LAB_ARGS) work/01_conjugacy.ipynb

test: export JAX_PLATFORMS = cpu
test: export DFLVI_QUICK = 1
test: env  ## the suite that has to be green, in quick mode (PYTEST_ARGS="-k planar")
	$(PYTEST) -n 3 --dist loadscope --no-loadscope-reorder -m "not full and not keys" $(PYTEST_ARGS)

test-full: export JAX_PLATFORMS = cpu
test-full: env  ## what `make test` leaves out: full size, other versions of JAX
	$(PYTEST) -m full $(PYTEST_ARGS)

test-keys: export JAX_PLATFORMS = cpu
test-keys: env  ## every stochastic check over thousands of keys
	$(PYTEST) -m keys $(PYTEST_ARGS)

bench: env  ## measure
	$(BIN)/python benchmarks/bench.py

bench-peers: env $(PEERS_STAMP)  ## measure against PyTorch, normflows, FlowJAX (PEERS_PIP_ARGS="..." to get a torch for CPUs)
	$(BIN)/python benchmarks/bench.py vae_epoch planar coupling nfvae

paper: env  ## the paper's images at full size (PAPER_ARGS="--data digits --updates 20000 --minutes 20")
	$(BIN)/python -m solutions.paper train $(PAPER_ARGS)

$(PEERS_STAMP): benchmarks/peers.txt
	@echo "making $(PEERS), 1.5 GB with a torch for CPUs ..."
	@"$$($(BIN)/python -c 'import sys; print(sys._base_executable)')" -m venv --clear $(PEERS)
	@PIP_DISABLE_PIP_VERSION_CHECK=1 $(PEERS)/bin/python -m pip install --quiet $(PEERS_PIP_ARGS) -r benchmarks/peers.txt
	@touch $@

lint: env  ## style, and that what is built is what its sources say
	$(BIN)/ruff check .
	$(BIN)/python -m solutions build --check

build: env  ## exercises and notebooks from their sources, then the two wheels into dist/
	$(BIN)/python -m solutions build
	$(BIN)/python -m build --no-isolation --wheel --outdir dist .
	$(BIN)/python -m build --no-isolation --wheel --outdir dist solutions

lock: pyproject.toml  ## solve requirements.lock anew (needs uv)
	uv pip compile --quiet pyproject.toml --extra author --extra data --extra bridge --upgrade --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --no-annotate --no-emit-package dflvi \
	  --custom-compile-command "make lock" --output-file requirements.lock

clean:  ## remove caches and dist/ (your answers in work/, .venv and .venv-peers stay)
	rm -rf dist .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
