"""The commands of docs/roles/enterprise.md run as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.enterprises import uscc
from tests.stories import registration
from tests.town import instance
from xinqiao_client import Xinqiao, load_key

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "roles" / "enterprise.md").read_text("utf-8"), re.DOTALL)
COMMANDS = {
    "requests", "show", "approve", "pause", "resume", "questions", "records", "object", "objections", "revoke",
}  # fmt: skip


def test_the_page_runs_from_the_key_to_the_revocation(socket_folder, tmp_path):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {"PATH": path, "PYTHONPATH": str(ROOT / "client"), "LC_ALL": "C.UTF-8", "HOME": str(tmp_path)}

    def run(script):
        command = ["bash", "-euo", "pipefail", "-c", script]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    create, *others = BLOCKS
    assert set(re.findall(r"xinqiao enterprise (\w+)", "\n".join(others))) == COMMANDS
    run(create)
    with instance(socket_folder, tmp_path, "gateway") as gateway, gateway.run("serve"):
        gateway.cli("institution", "add", "bank", "--name", "某银行")
        run("python -m xinqiao_client key bank.json")
        gateway.cli("account", "add", "bank-1", "--institution", "bank", "--key", str(tmp_path / "bank.json.pub"))
        gateway.cli("signatory", "add", "boss", "--subject", uscc(1), "--key", str(tmp_path / "boss.json.pub"))
        gateway.add("agency", "market_regulation")
        gateway.push("market_regulation", "ent_registration", registration(1))
        with Xinqiao(gateway.issuer, "bank-1", load_key(tmp_path / "bank.json")) as bank:
            asked = bank.request_consent(uscc(1), purpose="pre_loan", products=["score"])
            told = run("\n".join(others).replace("http://127.0.0.1:8000", gateway.issuer))
            ended = bank.get(f"/v1/consents/{asked['consent']}")
    assert (ended["status"], ended["reason"]) == ("revoked", "贷款已还清")
    assert "某银行（bank），全部账户" in told
    assert "nobody can ask on it any more" in told
