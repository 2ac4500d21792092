# The same lines as .ci/run, one by one.
bin := .venv/bin

.PHONY: install fix check test eval

install:
	python3 -m venv .venv
	$(bin)/pip install -e ".[dev]"

fix:
	$(bin)/ruff check --fix
	$(bin)/ruff format

check:
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy

test:
	$(bin)/pytest

eval:
	$(bin)/zjip-qa index
	$(bin)/zjip-qa eval
