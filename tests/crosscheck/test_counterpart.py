"""A counterpart's own program against a gateway that serves, in an environment that has nothing of ours."""

import json
import os
import stat
import subprocess
from pathlib import Path
from uuid import UUID

import pytest

from gateway.crosscheck.auditing import audit_check
from gateway.crosscheck.reading import read_check
from gateway.runtime.settings import Settings
from signing.keys import private_bytes
from tests.crosscheck.checks import ONE, private
from tests.enterprises import uscc
from tests.private import PYTHON, WHY_NOT
from tests.processes import PATIENCE_SECONDS, environment, free_port, running, wait_ready

pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
CLIENT = Path(__file__).parents[2] / "client"
BOTH = sorted(uscc(number) for number in (621, 624))


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    issuer = f"http://127.0.0.1:{free_port()}"
    return Settings(home=tmp_path_factory.mktemp("home"), issuer=issuer, psi_python=str(PYTHON))


@pytest.fixture
async def take_part(town, settings, database_urls, tmp_path):
    """Serve the town, and run the client in a folder of the counterpart's."""
    (tmp_path / "key.json").write_bytes(private_bytes(town.keys["bank-supervisor"]))
    env = environment(settings.home, database_urls, settings.issuer, XINQIAO_PSI_PYTHON=str(PYTHON))

    def run(check, *codes):
        (tmp_path / "codes.txt").write_text("\n".join(codes) + "\n")
        command = [
            PYTHON, "-m", "xinqiao_client.crosscheck", settings.issuer, "bank-supervisor", tmp_path / "key.json", check,
            tmp_path / "codes.txt", tmp_path,
        ]  # fmt: skip
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
            env={"PYTHONPATH": str(CLIENT), "PATH": os.environ["PATH"]},
        )  # fmt: skip

    with running(["serve"], env) as service:
        wait_ready(settings.issuer, service, settings.home / "serve.log")
        yield run


async def test_it_learns_what_both_have_and_keeps_what_its_side_is_opened_with(town, take_part, tmp_path):
    check = await private(town.gateway)
    done = take_part(check, uscc(624), uscc(621), uscc(901))
    assert (done.returncode, done.stdout.split()) == (0, BOTH), done.stderr
    opening = tmp_path / f"{check}.opening.json"
    assert stat.S_IMODE(opening.stat().st_mode) == 0o600
    assert len((tmp_path / f"{check}.log").read_text().split()) == 4
    audited = await audit_check(town.gateway.units, ONE, UUID(check), str(PYTHON), opening.read_bytes())
    assert [(one.side, one.committed, one.sent) for one in audited] == [
        ("gateway", True, True), ("counterpart", True, True),
    ]  # fmt: skip
    again = take_part(check, uscc(624))
    assert (again.returncode, "只参加一次" in again.stderr) == (1, True)
    opening.unlink()  # as if it had lost what it sent: the gateway takes no second commitment
    (tmp_path / f"{check}.log").unlink()
    assert "不是这一步" in take_part(check, uscc(624)).stderr


async def test_it_answers_and_learns_nothing_where_the_gateway_is_to_learn(town, take_part, tmp_path):
    check = await private(town.gateway, learner="gateway")
    done = take_part(check, uscc(621), uscc(624), uscc(902))
    assert (done.returncode, uscc(621) in done.stdout) == (0, False), done.stderr
    async with town.gateway.units.begin("test.show", ONE) as work:
        assert [one.code for one in (await read_check(work, check)).found] == BOTH
    opening = json.loads((tmp_path / f"{check}.opening.json").read_text())
    assert opening["codes"] == sorted([*BOTH, uscc(902)])


async def test_it_sends_nothing_of_a_set_that_is_too_large(town, take_part, tmp_path):
    check = await private(town.gateway)
    done = take_part(check, *(uscc(910 + n) for n in range(6)))
    assert (done.returncode, "1 至 5" in done.stderr) == (1, True)
    assert not (tmp_path / f"{check}.opening.json").exists()
