"""The README's commands, all of them, in their order and in one shell, as they stand on a machine with Python alone."""

import re
from pathlib import Path

import pytest

from tests.demo.newcomers import Newcomer

PAGE = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
FIRST, *OTHERS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
# The environment is there already, and the service and the worker end with the shell.
SCRIPT = """
set -euo pipefail
make() { test "$*" = setup; }
trap 'kill $(jobs -p); wait' EXIT
"""
pytestmark = pytest.mark.slow


def test_every_command_runs_in_its_order_as_it_stands():
    assert re.findall(r"^make \w+", FIRST, re.MULTILINE) == ["make demo", "make test"]  # the demonstration has its own
    with Newcomer.arriving() as somebody:
        done = somebody.run(SCRIPT + "\n".join(OTHERS), patience=600)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "核验通过 verified" in done.stdout
        assert "有效 valid" in done.stdout
