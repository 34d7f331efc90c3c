"""`xinqiao --version`: what is installed, with no look at a database and no file left."""

import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from gateway.runtime.schema import newest_revision
from tests.processes import environment, xinqiao

ROOT = Path(__file__).parents[2]


def test_the_version_is_told_without_an_instance(tmp_path):
    home = tmp_path / "home"
    first, python, schema = xinqiao(
        ["--version"], environment(home, None, "http://127.0.0.1:1", XINQIAO_PORT="wrong")
    ).stdout.splitlines()
    assert first.startswith(f"xinqiao {version('xinqiao')}")
    assert python == f"Python {platform.python_version()}"
    assert schema.endswith(f"schema {newest_revision()}")
    assert not home.exists()
    if (ROOT / ".git").exists():
        head = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        assert head.stdout.startswith(re.search(r"\((\w+)\)", first).group(1))
