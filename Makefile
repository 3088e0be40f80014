# Two commands do everything on a fresh machine with python3 (3.11 or newer), make and git:
#   make report   set up, run the whole line, tell where the report is
#   make test     set up, check style and types, run the tests
# For who did not make the run:
#   make verify   checks its bytes, its tables, and the numbers that the report prints
# On a Slurm cluster:
#   make cluster     adds what sends the steps to Slurm; then snakemake --profile workflow/profiles/slurm
#   make test-slurm  tries it on a Slurm of its own on this machine
# Choices go to Snakemake through ARGS:  make report ARGS="--configfile mijn-keuzes.yaml"
.DEFAULT_GOAL := report
.DELETE_ON_ERROR:
.PHONY: report test check verify bench cluster test-slurm lock clean

PYTHON ?= python3
CORES ?= 4
ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input
STARTED := $(shell date +%s)

# Activated for the jobs too: Snakemake starts them with the python that is first on the path
export PATH := $(CURDIR)/$(BIN):$(PATH)

report: .venv/.ready-run
	@snakemake --cores $(CORES) $(ARGS)
	@wijkanalyse summary --started $(STARTED)

test: .venv/.ready-dev check
	@python -m pytest -n logical --no-loadscope-reorder $(ARGS)

# Style, formatting, types and the workflow's own linter
check: .venv/.ready-dev
	@ruff check src tests workflow/scripts
	@ruff format --check src tests workflow/scripts
	@mypy
	@snakefmt --check Snakefile workflow/rules
	@snakemake --lint --cores 1 --quiet all

# What sends the steps to Slurm, beside what runs them
cluster: .venv/.ready-cluster

.venv/.ready-cluster: requirements/cluster.txt .venv/.ready-run
	@$(PIP) install --require-hashes --no-build-isolation -r $<
	@touch $@

test-slurm: .venv/.ready-dev .venv/.ready-cluster
	@python -m pytest -m slurm tests/slurm $(ARGS)

# Checks a finished run and changes nothing; one table, and an exit code
verify: .venv/.ready-run
	@wijkanalyse verify

# Our fetch against plain cbsodata and pandas, the multiverse's engine against statsmodels and pyfixest, and the whole line
bench: .venv/.ready-dev
	@python benchmarks/bench_fetch.py
	@python benchmarks/bench_multiverse.py
	@python benchmarks/bench_workflow.py

# The package and its locked dependencies. Bytecode is compiled once: imports are then several times faster, also where
# PYTHONDONTWRITEBYTECODE is set.
.venv/.ready-%: requirements/%.txt requirements/build.txt pyproject.toml
	@echo "Setting up .venv from $< (once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; choose one with PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements/build.txt
	@$(PIP) install --require-hashes --no-build-isolation -r $<
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 .venv/lib src || true
	@command -v quarto >/dev/null || $(PIP) install --require-hashes --no-deps --no-build-isolation -r requirements/quarto.txt >/dev/null 2>&1 \
	  || echo "Quarto could not be installed here; the report is rendered with pandoc and Typst, from the same text."
	@touch $@

# Renew the locked requirements (needs uv). No address of a package registry is written.
lock:
	@for extra in build run dev cluster quarto; do \
	  case $$extra in \
	    build) input="--group build" ;; \
	    run) input="pyproject.toml --group build" ;; \
	    dev) input="pyproject.toml --group build --group dev" ;; \
	    cluster) input="--group cluster --no-deps" ;; \
	    quarto) input="--group quarto --no-deps" ;; \
	  esac; \
	  uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-annotate --allow-unsafe $$input --output-file requirements/$$extra.txt || exit 1; \
	done

# Everything that a run makes, but not what it fetched
clean:
	@rm -rf data/processed/* reports/_generated reports/wijkteams*.html reports/wijkteams*.pdf reports/gemeenten.html \
	  ro-crate-metadata.json logs .snakemake
