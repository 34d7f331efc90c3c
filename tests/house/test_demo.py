"""The demonstration runs to its end by itself and leaves nothing behind."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.processes import PATIENCE_SECONDS


@pytest.mark.slow
def test_the_demonstration_tells_its_whole_story(tmp_path):
    command = [sys.executable, "-m", "gateway", "demo"]
    with tempfile.TemporaryDirectory(prefix="xinqiao-test-") as folder:
        Path(folder).chmod(0o755)  # the database server runs under an account of its own
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "LC_ALL": "C.UTF-8",
            "DEMO_EXIT": "1",
            "TMPDIR": folder,
        }
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
        left = list(Path(folder).iterdir())
    assert done.returncode == 0, done.stdout + done.stderr
    for word in ("consent-required", "consent-revoked", "quota-exceeded", "upstream-unavailable", "offline", "⑧"):
        assert word in done.stdout
    assert left == []
