# The two commands of the README are `make demo` and `make test`; each does all its own set-up.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo console test check bench fuzz docs pictures clean

demo: $(READY)
	@$(BIN)/edi-gateway demo demo

# pages in a browser, over a folder of its own, until Ctrl-C
console: $(READY)
	@$(BIN)/edi-gateway demo demo-console --console

test: $(READY)
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not browser"
	$(BIN)/python -m pytest -n 2 --dist worksteal tests/web/console/browser

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python -m benchmarks

# the laws of X12 on random input, for so many seconds
FUZZ_SECONDS ?= 1800
fuzz: $(READY)
	$(BIN)/python -m tests.x12.fuzz --seconds $(FUZZ_SECONDS)

docs: $(READY)
	$(BIN)/python -m docs.generate

# of the console's main pages, for docs/pictures; needs Debian's Chromium
pictures: $(READY)
	$(BIN)/python -m docs.pictures

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(READY)

clean:
	rm -rf .venv build dist demo demo-console
