"""The environment that sets are compared in private in (`make private`), where it is here."""

from pathlib import Path

PYTHON = Path(__file__).parents[1] / ".venv-private/bin/python"
WHY_NOT = "" if (PYTHON.parents[1] / ".ready").exists() else "openmined-psi is not installed: make private"
