"""The coverage-guided harness runs, where atheris is installed: it is no dependency, since it comes for few Pythons."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.bytes_of_deliveries import TEXTS


def test_the_harness_finds_nothing_in_some_thousands_of_inputs(tmp_path):
    pytest.importorskip("atheris", reason="atheris is not installed: pip install atheris")
    for number, content in enumerate(TEXTS.values()):
        (tmp_path / f"seed-{number}").write_bytes(content)
    command = [
        sys.executable,
        str(Path(__file__).with_name("harness.py")),
        "-runs=5000",
        "-max_len=4000",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
