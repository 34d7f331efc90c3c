"""The environment that cards are fitted in (`make modeling`), where it is here."""

import shutil
import subprocess
from pathlib import Path

PYTHON = Path(__file__).parents[1] / ".venv-modeling/bin/python"
WHY_NOT = "" if (PYTHON.parents[1] / ".ready").exists() else "optbinning is not installed: make modeling"


def _why_no_oracle() -> str:
    """Return why PMML cannot be evaluated by PyPMML here, "" where it can."""
    if shutil.which("java") is None:
        return "Java is not installed"
    found = WHY_NOT or subprocess.run([PYTHON, "-c", "import pypmml"], capture_output=True, check=False).returncode
    return "PyPMML is not in .venv-modeling: pip install pypmml there" if found else ""


WHY_NO_ORACLE = _why_no_oracle()
