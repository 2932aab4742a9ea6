# Everything runs in .venv, which make creates and keeps up to date: nothing has to be activated. Each use installs only
# what it needs, requirements/USE.txt; `make .venv/has/USE` installs and does nothing else.
PYTHON ?= python3
# Where PyTorch comes from: the address of an index, or a folder of wheels. Empty: from the same index as the rest.
TORCH_FROM ?=
# make book STRICT=1: any cell that fails, and any warning, stops the build.
STRICT ?=
# Python may store compiled files, whatever the shell says: they are not made during installation.
export PYTHONDONTWRITEBYTECODE :=
BIN := .venv/bin
HAS := .venv/has
ASSIGNMENT ?= 03_forget_gate
ANSWERS = tests/wrong_answers/$(ASSIGNMENT).toml
PORT ?= 8000
# Where the links of exercises and checks find the book. Another address: make lab LSTM_COURSE_BOOK=https://...
export LSTM_COURSE_BOOK ?= http://127.0.0.1:$(PORT)

.PHONY: help demo book pages serve lab torch exercises grade large demonstration demonstrations check lint test
.PHONY: everywhere catalogue lock clean
.DEFAULT_GOAL := help

help: ## list these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|'

# Pages that failed do not stop the build of the others. They are named at the very end, in an error of make's own.
SEE = Open $(CURDIR)/_build/html/index.html in a browser, or run: make serve
FAILED = $(shell cat _build/failed_pages.txt 2>/dev/null)
end = $(info $(1))$(if $(FAILED),$(error $(FAILED)))

demo: pages demonstration ## build the book, and grade a demonstration class
	@$(call end,$(SEE). Marks: demonstration/grades/$(ASSIGNMENT).csv):

book: pages ## build the book: run every page
	@$(call end,$(SEE)):

pages: $(HAS)/book
	$(BIN)/jupyter-book build . -n $(if $(STRICT),-W --keep-going) || test -s _build/failed_pages.txt

SHOWN = $(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

serve: pages ## build the book and show it on http://127.0.0.1:8000
	@$(if $(FAILED),echo '$(subst ','\'',$(FAILED))';) echo "http://127.0.0.1:$(PORT)/ (Ctrl-C stops)"
	$(SHOWN)

# The book is shown beside the lab, or the lab's links to it would lead nowhere. Where it is shown already, the second
# server ends by itself.
lab: $(HAS)/lab ## open the exercises in JupyterLab, and the book beside it if it is built; 1 to 10 need no more
	test ! -f _build/html/index.html || { $(SHOWN) >/dev/null 2>&1 & trap "kill $$! 2>/dev/null" EXIT; trap : INT; }; \
	$(BIN)/jupyter lab --notebook-dir=exercises $(if $(filter 0,$(shell id -u)),--allow-root)

torch: $(HAS)/lab $(HAS)/torch ## install PyTorch, for exercise 11

exercises: $(HAS)/exercises ## build exercises/ from solutions/, overwriting what is there
	$(BIN)/python -m autograding.authoring.exercises

grade: $(HAS)/grade ## grade submitted/*/ASSIGNMENT: table, CSV, feedback
	$(BIN)/python -m autograding $(ASSIGNMENT)

large: $(HAS)/grade $(HAS)/large ## install what a class needs that is too large for one machine, or for SQLite

demonstration: $(HAS)/grade ## make up a class of all kinds of students, grade it in demonstration/, compare with the expected marks
	$(BIN)/python -m autograding.authoring.demonstration $(ASSIGNMENT) --answers $(ANSWERS) --out demonstration/submitted
	$(BIN)/python -m autograding $(ASSIGNMENT) --class demonstration
	$(BIN)/python -m autograding.authoring.expected $(ASSIGNMENT) --answers $(ANSWERS) --class demonstration

demonstrations: ## the same for every exercise
	set -e; for stem in $(notdir $(wildcard solutions/*)); do $(MAKE) demonstration ASSIGNMENT=$$stem; done

check: lint test ## lint and format, then all tests

lint: $(HAS)/lint ## code style, and that nothing generated differs from its source
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m autograding.authoring.exercises --check
	$(BIN)/python tools/catalogue.py --check

everywhere: $(HAS)/test ## execute every page on four code paths of the processor, name each cell whose output differs
	$(BIN)/python -m benchmarks.same_everywhere $(PAGES)

test: $(HAS)/test .venv/system ## all tests; builds the book
	$(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder

catalogue: $(HAS)/catalogue ## collect every text of lstm_ref and autograding for translators
	$(BIN)/python tools/catalogue.py

lock: ## renew requirements.lock from requirements.txt; with UPGRADE=1, take the newest versions
	sh tools/lock.sh $(PYTHON) $(UPGRADE)

clean: ## remove what was built; submissions and marks stay
	rm -rf _build .pytest_cache .ruff_cache

# One stamp for each use, written last: an interrupted installation is done again.
$(HAS)/%: requirements.lock pyproject.toml requirements/*.txt tools/install.sh tools/venv.sh
	sh tools/venv.sh $(PYTHON)
	sh tools/install.sh $* '$(TORCH_FROM)'
	mkdir -p $(HAS)
	touch $@

.venv/system: tools/system.sh $(HAS)/test
	sh tools/system.sh
	touch $@
