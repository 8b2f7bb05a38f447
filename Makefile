# `make video` and `make test` work in a fresh clone: each sets up what it needs first, and nothing the second time.
# PYTHON=/path/to/python3 chooses the interpreter, JOBS=4 the number of test processes, TOPIC and RUN the video.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev video test lint schema studio bench-check bench-crew bench-lessons bench-render soak-hostile soak-render judge clean

BIN := .venv/bin
JOBS ?= 2
TOPIC ?= pythagorean theorem
RUN ?= runs/pythagoras
RUNS ?= $(RUN)

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

setup:  ## system libraries, virtual environment and packages
	@PYTHON="$(PYTHON)" scripts/setup.sh run

setup-dev:  ## the same, and the tools that the tests use
	@PYTHON="$(PYTHON)" scripts/setup.sh dev

video: setup  ## make the example video; its path is printed last
	@$(BIN)/visium make "$(TOPIC)" -o "$(RUN)"

test: lint  ## lint, types and all tests
	@$(BIN)/python -m pytest -q -n $(JOBS)

lint: setup-dev  ## style, format and types only
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

studio: setup-dev  ## serve the graph for LangGraph Studio, on this machine only
	@LANGGRAPH_CLI_NO_ANALYTICS=1 LANGGRAPH_NO_VERSION_CHECK=true $(BIN)/langgraph dev --no-browser

schema: setup  ## write the published JSON schema of the storyboard anew
	@$(BIN)/python -c 'import json, visium_graph; print(json.dumps(visium_graph.storyboard_schema(), indent=1))' \
		> docs/storyboard.schema.json

bench-check: setup-dev  ## how good visium check is, beside other checkers: make bench-check QUICK=1
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group bench
	@$(BIN)/python tests/benchmarks/bench_check.py $(if $(QUICK),--quick)

bench-crew: setup-dev  ## 200 videos by models that fail in every way: make bench-crew VIDEOS=40 SEED=9, or QUICK=1
	@VIDEOS="$(VIDEOS)" SEED="$(SEED)" $(BIN)/python tests/benchmarks/bench_crew.py $(if $(QUICK),--quick)

bench-lessons: setup-dev  ## seconds of work for a second of video, every built-in lesson
	@$(BIN)/python tests/benchmarks/bench_lessons.py

bench-render: setup-dev  ## how fast the renderer is beside the manim command: make bench-render QUICK=1
	@$(BIN)/python tests/benchmarks/bench_render.py $(if $(QUICK),--quick)

soak-hostile: setup-dev  ## all hostile scenes against the sandbox; a quarter of them is in `make test`
	@$(BIN)/python tests/sandbox/hostile_run.py

soak-render: setup-dev  ## kill processes at random while videos are made: make soak-render KILLS=20 SEED=7
	@KILLS="$(KILLS)" SEED="$(SEED)" $(BIN)/python tests/benchmarks/soak_render.py

judge: setup-dev  ## listen to and look at finished videos: make judge RUNS="runs/pythagoras"
	@command -v tesseract > /dev/null || { echo "make judge needs Tesseract: apt-get install tesseract-ocr" >&2; exit 3; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group judge
	@$(BIN)/python tests/benchmarks/judge.py $(RUNS)

clean:  ## remove what was made here; runs/ and the cache of finished pieces stay
	@rm -rf .venv build dist media .langgraph_api .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
