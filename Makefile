# Everything runs in a virtual environment that make creates: .venv
# Another Python: make book PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BENCH_VENV := .venv-bench
HUB_VENV := .venv-hub
LITE_VENV := .venv-lite
BIN := $(VENV)/bin
HTML := _build/html
PORT ?= 8000
PAPER ?= A4
JOBS ?= 2
FRONTEND := code/frontend
WITNESSES := tests/numerics/test_network_against_torch.py \
	tests/numerics/test_random_networks.py

.DEFAULT_GOAL := help
.PHONY: help book pdf lite site test test-all lab serve handout generate \
	lint format plants \
	bench hub-test clean distclean

help: ## list the targets
	@echo "make <target>, where <target> is one of:"
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) \
		| sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 14

# ---- set-up ---------------------------------------------------------------

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "No virtual environment could be \
	made. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/book: $(VENV)/made requirements.txt pyproject.toml
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/pdf: $(VENV)/book requirements-pdf.txt
	$(BIN)/python -m pip install --quiet -r requirements-pdf.txt
	@touch $@

$(VENV)/test: $(VENV)/pdf requirements-test.txt
	$(BIN)/python -m pip install --quiet -r requirements-test.txt
	@touch $@

# ---- the book -------------------------------------------------------------

# What the last build made is kept where nothing changed: book/_ext/incremental_build.py.
book: $(VENV)/book ## build the HTML book
	$(BIN)/jupyter-book build -n -W --keep-going .
	@echo
	@echo "The book is ready. Open it in a browser:"
	@echo "  file://$(CURDIR)/$(HTML)/index.html"

pdf: $(VENV)/pdf book ## print the built book as one PDF (PAPER=Letter)
	$(BIN)/python browser/ensure_browser.py
	$(BIN)/python pdf/make_pdf.py --paper $(PAPER)

lab: $(VENV)/book ## open the chapters as notebooks in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=book \
		--LabApp.app_settings_dir="$(CURDIR)/book/_lab"

serve: ## serve the built book on this computer only
	@test -e $(HTML)/index.html || $(MAKE) book
	$(PYTHON) -m http.server --bind 127.0.0.1 --directory $(HTML) $(PORT)

handout: book ## write the chapters as notebooks without solutions
	$(BIN)/python -m backprop.handout --to _build/handouts \
		$$(grep -l '"solution": "' $(HTML)/_sources/book/*.ipynb)
	cp $(HTML)/_static/*.whl _build/handouts

# ---- notebooks in the reader's browser -------------------------------------

$(LITE_VENV)/made: lite/requirements.txt
	$(PYTHON) -m venv $(LITE_VENV)
	$(LITE_VENV)/bin/python -m pip install --quiet -r lite/requirements.txt
	@touch $@

lite/node_modules/made: lite/package-lock.json
	cd lite && npm ci --ignore-scripts
	@touch $@

PACKAGES := $(addprefix lite/,wheels.txt compile.mjs compile.py)
$(LITE_VENV)/packages: $(LITE_VENV)/made lite/node_modules/made $(PACKAGES)
	$(LITE_VENV)/bin/python lite/build.py --packages
	@touch $@

LITE := $(LITE_VENV)/packages

lite: $(LITE) ## add notebooks with a Python for the browser (needs Node)
	$(LITE_VENV)/bin/python lite/build.py $(HTML)

# What is published: the book, the book on paper, and its notebooks with a
# Python for the browser. Where it will be read:
# make site BOOK_BASE_URL=https://host/book/
export BOOK_BASE_URL ?=

site: $(LITE) ## build all that is published into _build/html (needs Node)
	BOOK_LITE=1 BOOK_PDF=1 $(MAKE) pdf
	$(MAKE) lite
	@echo "The site, $$(du -sh $(HTML) | cut -f1), is in $(HTML)."

# ---- widgets -----------------------------------------------------------------

generate: $(VENV)/book $(FRONTEND)/node_modules/made ## write the widgets' formulas and bundles (needs Node)
	$(BIN)/python -m backprop.widgets
	cd $(FRONTEND) && npm run build

# ---- proofs ---------------------------------------------------------------

# Without Node the tests of the notebooks in the browser are left out.
# JOBS processes share the tests: make test JOBS=1 has all of them in a row.
PROOF := $(VENV)/test $(if $(shell command -v npm),$(LITE))
PYTEST = $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --no-loadscope-reorder

test: $(PROOF) ## prove the book; installs what it needs
	$(BIN)/python browser/ensure_browser.py
	$(PYTEST)

# What `make test` leaves out for its time, Firefox and WebKit among it.
test-all: $(PROOF) ## prove it in every way: every page, browser and notebook
	$(BIN)/python browser/ensure_browser.py
	BOOK_SWEEP=1 $(PYTEST) -m ""

SCRIPTS := "backprop/widgets/**/*.js" "frontend/*.js" "frontend/*.mjs"
STYLES := "backprop/widgets/**/*.css"
TOOLS := frontend/node_modules/.bin

$(FRONTEND)/node_modules/made: $(FRONTEND)/package-lock.json
	cd $(FRONTEND) && npm ci
	@touch $@

plants: $(VENV)/test $(FRONTEND)/node_modules/made ## plant defects, and see which the tests notice (needs Node)
	$(BIN)/python browser/ensure_browser.py
	$(BIN)/python tests/plants

lint: $(VENV)/test $(FRONTEND)/node_modules/made ## check the style of the code (needs Node)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd code && $(TOOLS)/eslint --config frontend/eslint.config.js $(SCRIPTS)
	cd code && $(TOOLS)/prettier --config frontend/.prettierrc.json \
		--ignore-path frontend/.prettierignore --check $(SCRIPTS) $(STYLES)

format: $(VENV)/test $(FRONTEND)/node_modules/made ## rewrite the code in the house style (needs Node)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd code && $(TOOLS)/prettier --config frontend/.prettierrc.json \
		--ignore-path frontend/.prettierignore --write $(SCRIPTS) $(STYLES)

$(BENCH_VENV)/made: requirements-bench.txt pyproject.toml
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet -e . \
		-r requirements-bench.txt
	@touch $@

# What is fast has to be right: first the gradients, where PyTorch is.
# tests/conftest.py needs a browser, and is cut off.
# Every table is printed, also where a number is above its limit.
bench: $(BENCH_VENV)/made $(VENV)/test book ## gradients and speed, beside PyTorch and interact
	$(BIN)/python browser/ensure_browser.py
	@missed=0; \
	$(BENCH_VENV)/bin/python -m pytest --quiet \
		--confcutdir=tests/numerics $(WITNESSES) || missed=1; \
	$(BENCH_VENV)/bin/python tests/bench/bench_numerics.py || missed=1; \
	$(BIN)/python tests/bench/bench_build.py || missed=1; \
	$(BIN)/python tests/bench/bench_stills.py || missed=1; \
	$(BIN)/python tests/bench/bench_widgets.py || missed=1; \
	$(BIN)/python tests/bench/bench_playground.py || missed=1; \
	$(BIN)/python tests/bench/bench_pages.py || missed=1; \
	exit $$missed

$(HUB_VENV)/made: requirements.txt requirements-test.txt pyproject.toml \
		deploy/requirements.txt
	$(PYTHON) -m venv $(HUB_VENV)
	$(HUB_VENV)/bin/python -m pip install --quiet -r requirements.txt \
		-r requirements-test.txt -r deploy/requirements.txt
	npm install --silent --no-audit --no-fund --prefix $(HUB_VENV) \
		configurable-http-proxy
	@touch $@

hub-test: $(HUB_VENV)/made ## a class on a real JupyterHub (needs npm)
	$(HUB_VENV)/bin/python browser/ensure_browser.py
	HUB_REQUIRED=yes \
	PATH="$(CURDIR)/$(HUB_VENV)/bin:$(CURDIR)/$(HUB_VENV)/node_modules/.bin:$$PATH" \
		$(HUB_VENV)/bin/python -m pytest tests/hub

clean: ## remove what was built
	rm -rf _build

distclean: clean ## also remove the virtual environments
	rm -rf $(VENV) $(BENCH_VENV) $(HUB_VENV) $(LITE_VENV) lite/node_modules \
		$(FRONTEND)/node_modules
