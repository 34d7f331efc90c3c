"""The network at the command line, and what monitoring is told."""

import json

import pytest
from typer.testing import CliRunner

from gateway.__main__ import app
from gateway.network.nightly import compute
from gateway.runtime.actor import PROGRAM
from tests.enterprises import uscc
from tests.network.holding import HOLDERS, deliver, held, read_anew
from tests.processes import environment


@pytest.fixture(scope="module")
async def listed(gateway, tmp_path_factory):
    lines = [held(600, ("陈某", "P-1"), "60"), held(600, ("陈某乙", "P-2"), "40")]
    await deliver(gateway, tmp_path_factory.mktemp("lists"), "shareholder_contrib", HOLDERS, lines)
    await read_anew(gateway)


@pytest.fixture
def run(gateway, database_urls, listed, monkeypatch):
    """Run a command in this process."""
    for name, value in environment(gateway.settings.home, database_urls, gateway.settings.issuer).items():
        monkeypatch.setenv(name, value)
    return lambda *words: CliRunner().invoke(app, ["network", *words])


def test_people_are_told_shares_and_scripts_the_document(run):
    told = run("show", uscc(600))
    assert (told.exit_code, "60.0000%" in told.stdout, "陈" in told.stdout) == (0, True, False)
    document = json.loads(run("show", uscc(600), "--json").stdout)
    assert [row["share"] for row in document["holders"]] == [600_000, 400_000]
    earlier = json.loads(run("show", uscc(600), "--as-of", "2019-12-31", "--json").stdout)
    assert (earlier["as_of"], earlier["holders"]) == ("2019-12-31", [])
    assert run("show", uscc(999)).exit_code != 0


def test_all_are_computed_and_each_knows_where_it_stands(run):
    computed = json.loads(run("compute", "--json").stdout)
    assert (computed["parties"], computed["edges"], computed["components"]) == (3, 2, 1)
    document = json.loads(run("show", uscc(600), "--json").stdout)
    assert document["standing"]["holders"] == 2
    assert document["standing"]["circle"] is None


async def test_monitoring_is_told_who_waits_and_when_all_were_computed(gateway, listed, monitor):
    await compute(gateway.units, PROGRAM)
    figures = (await monitor.get("/metrics")).text
    assert "xinqiao_network_due 0.0" in figures
    assert "xinqiao_network_computed_seconds" in figures
