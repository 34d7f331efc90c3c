"""`xinqiao audit who`: a list, candidates, what is wrong, and a file that proves what was found."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from gateway.__main__ import app
from gateway.demo.command_line import environment as within
from gateway.gateway import open_gateway
from gateway.runtime.settings import load_settings
from gateway.worker import publish_head, take_in
from tests import database_server
from tests.enterprises import uscc
from tests.processes import environment
from tests.stories import registration
from tests.town import run_command

SHARED = "瓯海同名鞋业有限公司"


@pytest.fixture
def run(socket_folder, tmp_path):
    """An instance with two enterprises of one name, and a function that runs `audit who` on it."""
    with database_server.fresh_database(socket_folder) as urls:
        env = environment(tmp_path, urls, "http://127.0.0.1:8000")
        run_command(["init"], env)
        for number in (1, 2):
            file = tmp_path / "registration.csv"
            file.write_text(registration(number, 企业名称=SHARED))
            run_command(["ingest", "ent_registration", str(file)], env)

        def who(*arguments):
            return CliRunner().invoke(app, ["audit", "who", *arguments], env=env)

        yield who, env


def publish(env):
    """Sign what is recorded by now, as the worker does."""

    async def step():
        async with open_gateway(load_settings()) as gateway:
            await take_in(gateway)
            await publish_head(gateway)

    with within(env):
        asyncio.run(step())


def test_who_asked_is_told_and_where_nobody_can_be_meant_why(run):
    who, _ = run
    found = json.loads(who(uscc(1), "--since", "2026-01-01", "--json").stdout)
    assert (found["subject"]["uscc"], found["questions"], found["next"]) == (uscc(1), [], None)
    assert "无 none" in who(uscc(1)).stdout
    day = who(uscc(1), "--since", "2026-11-27", "--until", "2026-11-27").stdout
    assert "from 2026-11-27 00:00:00+08:00，至 until 2026-11-28 00:00:00+08:00" in day
    several = who(SHARED)
    assert several.exit_code == 1
    assert uscc(1) in several.stdout
    assert uscc(2) in several.stdout
    told = json.loads(who(SHARED, "--json").stdout)
    assert told["reason"] == "subject-ambiguous"
    assert [one["uscc"] for one in told["candidates"]] == sorted([uscc(1), uscc(2)])
    wrong = who(uscc(1), "--purpose", "curiosity")
    assert wrong.exit_code == 1
    assert "pre_loan" in wrong.stderr


def test_a_file_is_written_once_something_is_signed_and_the_command_line_checks_it(run, tmp_path):
    who, env = run
    early = who(uscc(1), "--evidence", str(tmp_path / "who.json"))
    assert early.exit_code == 1
    assert not (tmp_path / "who.json").exists()
    publish(env)
    told = json.loads(who(uscc(1), "--evidence", str(tmp_path / "who.json"), "--json").stdout)
    assert (told["entries"], told["next"]) == (0, None)
    assert told["bytes"] == (tmp_path / "who.json").stat().st_size
    (tmp_path / "keys.json").write_text(run_command(["keys", "show"], env))
    said = run_command(["verify", str(tmp_path / "who.json"), "--keys", str(tmp_path / "keys.json"), "--json"], env)
    assert (json.loads(said)["valid"], json.loads(said)["questions"]) == (True, 0)


def test_what_was_asked_is_counted_and_too_long_a_period_is_refused(run):
    _, env = run

    def counted(*arguments):
        return CliRunner().invoke(app, ["audit", "statistics", *arguments], env=env)

    told = json.loads(counted("--since", "2026-01-01", "--until", "2026-06-30", "--json").stdout)
    assert (told["asked"], told["accounts"], len(told["hours"])) == (0, [], 24)
    assert told["until"].startswith("2026-07-01T00:00:00")
    assert "查询 asked" in counted().stdout
    long = counted("--since", "2024-01-01", "--until", "2026-06-30")
    assert long.exit_code == 1
    assert "366" in long.stderr
