# Everything runs in .venv, which is made here and kept up to date: nothing has to be activated.
PYTHON ?= python3
BIN := .venv/bin
ASSIGNMENT ?= 03_forget_gate
ANSWERS = tests/wrong_answers/$(ASSIGNMENT).toml
PORT ?= 8000

.PHONY: help demo book serve lab exercises grade demonstration demonstrations check lint test catalogue lock clean
.DEFAULT_GOAL := help

help: ## say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

demo: book demonstration ## build the book, and grade a demonstration class
	@echo "Book: $(CURDIR)/_build/html/index.html (make serve shows it). Marks: demonstration/grades/$(ASSIGNMENT).csv"

book: .venv/installed ## build the book: run every page, stop at any warning
	$(BIN)/jupyter-book build . -W --keep-going -n
	@echo "Open $(CURDIR)/_build/html/index.html in a browser, or run: make serve"

serve: book ## build the book and show it on http://127.0.0.1:8000
	@echo "http://127.0.0.1:$(PORT)/ (Ctrl-C stops)"
	$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

lab: .venv/installed ## open the exercises in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=exercises $(if $(filter 0,$(shell id -u)),--allow-root)

exercises: .venv/installed ## build exercises/ from solutions/, overwriting what is there
	$(BIN)/python -m autograding.exercises

grade: .venv/installed ## grade submitted/*/ASSIGNMENT: table, CSV, feedback
	$(BIN)/python -m autograding $(ASSIGNMENT)

demonstration: .venv/installed ## make up a class of every kind of student, grade it in demonstration/, compare with what is due
	$(BIN)/python -m autograding.demonstration $(ASSIGNMENT) --answers $(ANSWERS) --out demonstration/submitted
	$(BIN)/python -m autograding $(ASSIGNMENT) --class demonstration
	$(BIN)/python -m autograding.expected $(ASSIGNMENT) --answers $(ANSWERS) --class demonstration

demonstrations: ## the same for every exercise
	set -e; for stem in $(notdir $(wildcard solutions/*)); do $(MAKE) demonstration ASSIGNMENT=$$stem; done

check: lint test ## lint and format, then all tests

lint: .venv/installed ## code style, and that nothing generated differs from its source
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m autograding.exercises --check
	$(BIN)/python tools/catalogue.py --check

test: .venv/installed .venv/system ## all tests; builds the book
	$(BIN)/python -m pytest -n logical --dist loadfile

catalogue: .venv/installed ## collect every text of lstm_ref and autograding for translators
	$(BIN)/python tools/catalogue.py

lock: ## renew requirements.lock from requirements.txt
	sh tools/lock.sh $(PYTHON)

clean: ## remove what was built; submissions and marks stay
	rm -rf _build .pytest_cache .ruff_cache

# The stamp is written last: an installation that was cut short is done again.
.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"Python 3.11 or newer is needed; {sys.executable} is {v.major}.{v.minor}. Say which: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --progress-bar off -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/jupyter labextension disable --level=sys_prefix "@jupyterlab/apputils-extension:announcements"
	touch $@

.venv/system: tools/system.sh .venv/installed
	sh tools/system.sh
	touch $@
