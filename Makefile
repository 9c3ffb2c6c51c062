# Each target works from a fresh clone with Python 3.11 to 3.13 and make, and offline once it has been run.
# PYTHON=/path/to/python chooses the interpreter; inside an active conda environment that one is used.

.POSIX:
.SUFFIXES:
.PHONY: help run test lab report cluster-demo bench lint lock clean environment

# Kernels of this environment win over others that the user has registered.
SETTINGS = PYTHONPATH=. JUPYTER_PREFER_ENV_PATH=1 PYDEVD_DISABLE_FILE_VALIDATION=1
PY = $(SETTINGS) "$$(sh scripts/environment --python)"

help:
	@echo 'make run    run every lesson and make the pages to browse, under build/course/'
	@echo 'make test   everything that DEVELOPERS.md lists under Tests'
	@echo 'make lab    open JupyterLab on the lessons'
	@echo 'make report  the sales report; make report ARGS="--year 2004 --territory EMEA", or ARGS=--help'
	@echo 'make cluster-demo  run lesson 09 on a Spark cluster of several processes'
	@echo 'make bench  what is fast, as ratios measured side by side'
	@echo 'make lint   ruff over code and notebooks'
	@echo 'make lock   write the lock files again from pyproject.toml (needs the network)'
	@echo 'make clean  remove .venv, .venv-clients, .venv-bench, build/ and caches'
	@echo 'Some of it: make run ONLY=03; make run MODE=aws; make test TESTS=tests/unit'

environment:
	@sh scripts/environment

# make run ONLY=03 MODE=aws
ONLY =
MODE =
run: environment
	@$(PY) -m helpers.datasets
	@$(PY) -m helpers.course run $(ONLY:%=--only %) $(MODE:%=-p MODE=%)

# Notebooks first, and in this order: they take longest. One file's tests stay in one process, a notebook's cells in one
# kernel. (Left to itself, xdist runs files with few tests last, among them the longest.)
TESTS = notebooks tests
WORKERS = 2
test: environment
	@$(PY) scripts/group_environment.py clients
	@$(PY) -m helpers.datasets
	@$(PY) -m pytest --nbval -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

# JupyterLab refuses to run as root (containers) unless told.
lab: environment
	@$(PY) -m jupyterlab --ServerApp.root_dir=. $$(test "$$(id -u)" -ne 0 || echo --allow-root) notebooks/00_start_here.ipynb

ARGS =
report: environment
	@$(PY) -m helpers.report $(ARGS)

bench: environment
	@$(PY) -m helpers.datasets
	@$(PY) scripts/group_environment.py bench
	@$(PY) -m bench $(ARGS)

# The same code that runs in the lesson, by spark-submit.
cluster-demo: environment
	@$(PY) -m helpers.pipeline.cluster

lint: environment
	@$(PY) -m ruff check .

lock: environment
	@$(PY) -m uv pip compile pyproject.toml --extra test --universal --generate-hashes --quiet -o requirements.lock
	@$(PY) -m uv pip compile --group jars --no-deps --universal --generate-hashes --quiet -o requirements-jars.lock
	@$(PY) -m uv pip compile --group clients --universal --generate-hashes --quiet -o requirements-clients.lock
	@$(PY) -m uv pip compile --group bench --universal --generate-hashes --quiet -o requirements-bench.lock

clean:
	@rm -rf .venv .venv-clients .venv-bench build .pytest_cache .ruff_cache .hypothesis notebooks/.ipynb_checkpoints
	@find helpers tests notebooks -type d -name __pycache__ -prune -exec rm -rf {} +
