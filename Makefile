# Makes what twintune needs and runs it. A stamp lies inside the folder that it speaks for, so that a removed or
# half-made folder has none and is made again.
#
# PYTHON names the interpreter for .venv: make demo PYTHON=python3.12

.DEFAULT_GOAL := help
.PHONY: help demo setup test test-unit test-slow mutants faults parity bench gpu screenshots reference format clean FORCE

PIP := .venv/bin/python -m pip --disable-pip-version-check
SOURCES := $(shell find src -type f) $(wildcard python/twintune/*.json) package.json scripts/build.mjs

MINUTES := 20
SEED := 17

help: ## Lists these targets.
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

# .venv comes first, so that a Python that is missing or too old is said before npm and the build have run.
demo: .venv/.created dist/main.js .venv/.runtime ## Compares TensorFlow and PyTorch on the sample; sets up what is missing first.
	node dist/main.js compare examples/fashion-mnist.yaml

setup: .venv/.created dist/main.js dist/index.d.ts .venv/.runtime ## Makes .venv and node_modules, and builds the command and its types.

test: setup .venv/.dev ## Runs every check and every test.
	@npx tsx scripts/test-all.ts

test-unit: node_modules/.package-lock.json ## Runs the tests that start no framework, in seconds.
	npx vitest run --project unit --maxWorkers=100%

mutants: setup .venv/.dev ## Plants mistakes and counts those that the tests notice, half the time in each language. MINUTES=20 SEED=17
	npx tsx scripts/mutants/typescript.ts --minutes $$(($(MINUTES) / 2)) --seed $(SEED)
	PYTHONPATH=scripts .venv/bin/python -m mutants --minutes $$(($(MINUTES) / 2)) --seed $(SEED)

faults: setup ## Plants mistakes in one framework and writes what shows them into docs/faults.md; two hours. ARGS='--only NAME' runs some.
	.venv/bin/python -m faults $(ARGS)

test-slow: setup .venv/.dev ## Runs the tests that make test leaves out, for hours, into docs/slow-tests.md. ARGS=test/python/engines or ARGS=test/slow runs a part.
	@npx tsx scripts/test-slow.ts $(ARGS)

parity: setup ## Climbs the parity ladder of every backbone into docs/parity.md, or those that docs/parity.json lacks; four hours.
	@npx tsx scripts/write-parity.ts

bench: dist/main.js .venv/.runtime ## Measures against hand-written scripts into bench/README.md; about an hour and a half. ARGS=--quick tries it.
	.venv/bin/python -m bench.all $(ARGS)

gpu: dist/main.js ## Tries everything on a GPU, in under an hour, and writes gpu-report/report.md; goes on where it stopped. ARGS=--cpu tries the steps.
	@npx tsx scripts/gpu/main.ts $(ARGS)

screenshots: setup ## Makes the pictures of README and docs from the demo's run, with a Chromium. ARGS=runs/NAME takes an earlier one.
	@npx tsx scripts/screenshots.ts $(ARGS)

reference: setup ## Writes the reference of the TypeScript API as pages into reference/.
	npx typedoc

format: node_modules/.package-lock.json .venv/.dev ## Formats all sources.
	npx biome check --write .
	.venv/bin/ruff check --fix && .venv/bin/ruff format

clean: ## Removes everything that was made, but no run.
	rm -rf .venv node_modules dist

# With PYTHON given it is checked each time that .venv is of that version; one whose interpreter is gone is made anew.
.venv/.created: $(if $(PYTHON)$(shell .venv/bin/python -c '' 2>/dev/null || echo broken),FORCE)
	@sh python/make-venv.sh .venv "$(PYTHON)"
	@test -e $@ || touch $@

# The tests need both frameworks in one environment. With a GPU `node dist/main.js setup` makes those that use it.
.venv/.runtime: requirements.txt requirements-shared.txt requirements-tensorflow.txt requirements-pytorch.txt .venv/.created | dist/main.js
	node dist/main.js setup --device cpu
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	$(PIP) install -r requirements-dev.txt
	@touch $@

# npm writes this file when all else is installed.
node_modules/.package-lock.json: package-lock.json
	@sh scripts/check-node.sh
	npm ci --include=dev
	@touch $@

dist/main.js: $(SOURCES) node_modules/.package-lock.json
	npm run build:js

dist/index.d.ts: dist/main.js scripts/write-declarations.ts scripts/print-shapes.ts
	npm run build:types

FORCE:
