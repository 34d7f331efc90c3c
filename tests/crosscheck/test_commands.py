"""`xinqiao crosscheck`: a list taken in, a check proposed here and decided on by another, and the audit."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from gateway.__main__ import app
from tests.crosscheck.checks import PURPOSE, Side, a_list, decided, private
from tests.enterprises import uscc
from tests.private import PYTHON, WHY_NOT
from tests.processes import environment


@pytest.fixture
def run(town, settings, database_urls, monkeypatch):
    more = {"XINQIAO_PSI_PYTHON": str(PYTHON)}
    for name, value in environment(settings.home, database_urls, settings.issuer, **more).items():
        monkeypatch.setenv(name, value)

    async def told(*arguments):
        return await asyncio.to_thread(CliRunner().invoke, app, ["crosscheck", *arguments])

    return told


def made(done):
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


async def test_what_was_proposed_here_somebody_else_decides(town, run, tmp_path):
    file = str(a_list(tmp_path, uscc(621), "bad"))
    taken = made(await run("take", file, "--supervisor", "某监管部门", "--json"))
    assert taken["faults"] == [{"place": 3, "fault": "not-unified"}]
    assert "3: not-unified" in (await run("take", file, "--supervisor", "某监管部门")).stdout
    proposal = ("propose", "--purpose", PURPOSE, "--level", "warning", "--list", taken["list"], "--json")
    check = made(await run(*proposal))["check"]
    for decision in ("approve", "reject"):
        refused = await run(decision, check, "--reason", "同意")
        assert (refused.exit_code, "须由提出人以外的人决定" in refused.output) == (1, True)
    await decided(town.gateway, check)
    shown = (await run("show", check)).stdout
    assert all(said in shown for said in (uscc(621), "某监管部门"))
    assert (await run(*proposal, "--learner", "everybody")).exit_code == 2


@pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
async def test_an_audit_ends_with_a_status_of_its_own_where_a_set_is_another(town, run, tmp_path):
    side = Side(town, await private(town.gateway), [uscc(621), uscc(901)])
    await side.bind()
    await side.send(side.message())
    opening = tmp_path / "opening.json"
    opening.write_bytes(side.opening)
    audited = made(await run("audit", side.check, "--opening", str(opening), "--json"))
    assert (audited["sound"], [one["side"] for one in audited["sides"]]) == (True, ["gateway", "counterpart"])
    side.codes = [uscc(621), uscc(902)]
    opening.write_bytes(side.opening)
    unsound = await run("audit", side.check, "--opening", str(opening))
    assert (unsound.exit_code, "不是承诺的集合" in unsound.output) == (1, True)
