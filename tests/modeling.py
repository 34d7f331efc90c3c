"""The environment that cards are fitted in (`make modeling`), where it is here."""

from pathlib import Path

PYTHON = Path(__file__).parents[1] / ".venv-modeling/bin/python"
WHY_NOT = "" if (PYTHON.parents[1] / ".ready").exists() else "optbinning is not installed: make modeling"
