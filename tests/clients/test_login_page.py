"""The commands of docs/login.md run as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import PATIENCE_SECONDS
from tests.town import instance

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "login.md").read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def served(socket_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    with instance(socket_folder, folder, "gateway") as gateway, gateway.run("serve"):
        gateway.cli("institution", "add", "bank", "--name", "某银行")
        yield gateway, folder


def test_a_token_is_taken_used_looked_at_and_taken_back(served):
    gateway, folder = served
    create, token, use, end = BLOCKS
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {"PATH": path, "PYTHONPATH": str(ROOT / "client"), "LC_ALL": "C.UTF-8"}

    def run(script):
        script = script.replace("http://127.0.0.1:8000", gateway.issuer)
        command = ["bash", "-euc", script]
        done = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run(create).strip() == "bank.json.pub"
    gateway.cli("account", "add", "bank-1", "--institution", "bank", "--key", str(folder / "bank.json.pub"))
    told = run(f"{token}\n{use}\n{end}\n{use}")
    assert '"account":"bank-1"' in told
    assert '"active":true' in told
    assert "revoked" in told
