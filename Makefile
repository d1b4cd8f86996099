# Two commands are enough: `make demo` shows the product, `make test` proves it. Both set everything up by themselves.

PYTHON ?= python3
V := .venv/bin
PYTEST := $(V)/python -m pytest
FRONT_END := $(shell find maps/editor -name node_modules -prune -o -type f -print) hatch_build.py
DEBIAN := chromium fonts-noto-cjk libatomic1 postgresql-15 postgresql-15-postgis-3 gdal-bin python3-gdal poppler-utils
DEMO ?=
BENCH ?=

.PHONY: demo test check lint pure faults serve bench screenshots lock debian

demo: .venv/.wangge
	$(V)/wangge demo $(DEMO)

test: debian .venv/.kernels lint
	$(PYTEST) -n 2 --dist loadfile

check: .venv/.kernels
	@$(MAKE) --no-print-directory --output-sync=target -j2 lint pure

pure: .venv/.kernels
	$(PYTEST) -q -m pure

lint: .venv/.test .venv/.wangge
	$(V)/ruff check .
	$(V)/ruff format --check .
	$(V)/lint-imports --no-logo
	$(V)/pyright

# Ten planners for two minutes, and fifty kills in the middle of publishing, on either store; make test does a little of both.
faults: debian .venv/.kernels
	WANGGE_FAULTS_SECONDS=120 WANGGE_FAULTS_KILLS=50 $(PYTEST) -s tests/api/redraw/test_crowd.py tests/api/redraw/test_kills.py

serve: .venv/.wangge
	$(V)/wangge serve

bench: debian .venv/.wangge .bench-venv/.ready
	.bench-venv/bin/wangge bench $(BENCH)

screenshots: debian .venv/.test .venv/.wangge
	$(V)/python -m tests.browser.screenshots
	$(V)/python docs/images/draw_board.py
	$(V)/python docs/images/draw_architecture.py

# The runtime environment; the tests add theirs to it. Stamps make repeats quick.
.venv/.runtime: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("wangge needs Python 3.11 or later, with venv; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo "Setting up .venv (about a minute) …"
	@$(PYTHON) -m venv .venv
	@$(V)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.wangge: .venv/.runtime pyproject.toml $(FRONT_END)
	@echo "Building the front end, installing wangge …"
	@$(V)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.test: .venv/.runtime requirements-test.lock
	@echo "Adding what the tests need …"
	@$(V)/pip install -q --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

# Compiles the kernels once, by running the tests that use them; they are kept in the user's cache.
.venv/.kernels: .venv/.test .venv/.wangge
	@echo "Compiling the kernels …"
	@$(PYTEST) -q -n 2 -m pure tests/geo tests/data >/dev/null 2>&1 || true
	@touch $@

.bench-venv/.ready: requirements-bench.lock pyproject.toml
	@echo "Setting up .bench-venv, the peers that wangge is compared with …"
	@$(PYTHON) -m venv .bench-venv
	@.bench-venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@SKIP_FRONTEND=1 .bench-venv/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# What the tests need from Debian: a browser, what its driver needs, fonts, PostgreSQL with PostGIS, GDAL's and Poppler's tools.
debian:
	@command -v dpkg-query >/dev/null || { echo "This is not Debian: tests need the equivalents of $(DEBIAN)"; exit 0; }; \
	missing=""; \
	for package in $(DEBIAN); do \
		dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then \
		echo "Installing$$missing …"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	else \
		echo "Some tests will be skipped. To run them all, as root: apt-get install$$missing"; \
	fi

# New versions: what pyproject.toml names, resolved with hashes and without addresses.
LOCK := uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 -q pyproject.toml
lock:
	$(LOCK) --group build -o requirements.lock
	$(LOCK) --group build --group test -c requirements.lock -o requirements-test.lock
	$(LOCK) --group build --group bench -c requirements.lock -o requirements-bench.lock
