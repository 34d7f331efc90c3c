"""Spark's own environment (`make cluster`) and its Java, where they are here."""

import os
import shutil
from pathlib import Path

SUBMIT = Path(__file__).parents[1] / ".venv-cluster/bin/spark-submit"
WHY_NOT = (
    "Spark is not installed: make cluster"
    if not SUBMIT.exists()
    else ""
    if os.environ.get("JAVA_HOME") or shutil.which("java")
    else "Java 17 is not installed: Spark is not tried"
)
