"""The check that an auditor's browser runs, run by Node.js."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.processes import PATIENCE_SECONDS

MODULE = Path(__file__).parents[1] / "gateway" / "console" / "static" / "scripts" / "verify.js"
_RUN = Path(__file__).parent / "evidence" / "run_verify.mjs"


def run_checks(folder: Path, *wanted: list) -> list:
    """Return the steps of each check, [name, …arguments], in one process; the module bears its name for auditors."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("没有 Node.js，不测浏览器中的核验 no Node.js here: the check of browsers is not run")
    module = folder / "verify.mjs"
    module.write_bytes(MODULE.read_bytes())
    done = subprocess.run(
        [node, "--no-warnings", _RUN, module], input=json.dumps(wanted), capture_output=True, text=True, check=False,
        timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def fault_of(steps: list) -> str:
    """Return the step that failed and why, "" where all hold."""
    return next((f"{one['step']} {one['why']}" for one in steps if one["result"] == "fails"), "")
