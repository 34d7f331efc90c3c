"""A watch tried out: who would be new and who would go, how well it finds; one at a time, and nothing in force."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

import risk_monitor
from gateway.risk_analysis import trying
from gateway.risk_analysis.trials import ask_trial
from gateway.risk_analysis.trying import try_waiting
from gateway.runtime.actor import Actor
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.scores.store import open_store
from tests.enterprises import uscc
from tests.risk.founding import LENDER
from tests.risk_analysis.handling import open_case
from tests.scores.scanning import rows
from tests.stories import slug

IN_FORCE = (Path(risk_monitor.__file__).parent / "watches/watch-1.yaml").read_text("utf-8")
KIND = "mass-involving"
AUDITOR = Actor("auditor-1", "auditor")


def changed(change):
    watch = yaml.safe_load(IN_FORCE)
    change(watch)
    return yaml.safe_dump(watch, allow_unicode=True)


def with_levels(**levels):
    def change(watch):
        watch["types"][0]["levels"] = levels

    return changed(change)


async def ask(town, watch):
    return await town.client.post("/v1/risk-trials", json={"watch": watch}, headers=await town.headers("auditor-1"))


async def work_off(town):
    await try_waiting(town.gateway.units, open_store(town.gateway.settings))


async def tried(town, watch):
    asked = await ask(town, watch)
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting"), asked.text
    await work_off(town)
    headers = await town.headers("auditor-1")
    return (await town.client.get(f"/v1/risk-trials/{asked.json()['trial']}", headers=headers)).json()


async def test_who_would_fall_is_told_and_nobody_does(town):
    before = await rows(town.gateway, "SELECT * FROM risk_standing")
    told = await tried(town, with_levels(notice=25, warning=50, restriction=165))
    assert (told["state"], told["ways"]) == ("finished", {"new": 0, "gone": 0, "raised": 0, "lowered": 1})
    assert told["in_force"]["levels"] == {KIND: {"notice": 0, "warning": 0, "restriction": 1}}
    assert told["tried"]["levels"] == {KIND: {"notice": 0, "warning": 1, "restriction": 0}}
    [moved] = told["moves"]
    assert (moved["subject"], moved["before"], moved["after"]) == (uscc(LENDER), "restriction", "warning")
    assert told["progress"]["done"] == told["progress"]["pieces"] == 2
    assert await rows(town.gateway, "SELECT * FROM risk_standing") == before
    events = await rows(town.gateway, "SELECT type FROM audit_event WHERE type LIKE 'risk.trial%' ORDER BY event_id")
    assert [row.type for row in events] == ["risk.trial_asked", "risk.trial_ended"]


async def test_who_would_go_is_told_and_outcomes_that_are_known(town):
    at = now()
    await open_case(town.gateway, LENDER, KIND, at - timedelta(days=9), confirmed=at, closed=at)
    told = await tried(town, with_levels(notice=150, warning=160, restriction=165))
    assert told["ways"] == {"new": 0, "gone": 1, "raised": 0, "lowered": 0}
    assert told["known"] == {"bad": 1, "sound": 0}
    assert (told["in_force"]["precision_ppm"], told["in_force"]["recall_ppm"]) == (1_000_000, 1_000_000)
    assert (told["tried"]["precision_ppm"], told["tried"]["recall_ppm"]) == (None, 0)


async def test_one_at_a_time(town):
    assert (await ask(town, IN_FORCE)).status_code == 202
    second = await ask(town, IN_FORCE)
    assert (second.status_code, slug(second)) == (409, "risk-trial-under-way")
    await work_off(town)
    assert (await ask(town, IN_FORCE)).status_code == 202
    await work_off(town)


async def test_two_who_ask_at_once_wait_for_each_other(town):
    async with town.gateway.units.begin("test.first", AUDITOR) as first:
        await ask_trial(first, IN_FORCE)
    with pytest.raises(DeniedError, match="risk-trial-under-way"):
        async with town.gateway.units.begin("test.second", AUDITOR) as second:
            await ask_trial(second, IN_FORCE)
    await work_off(town)


async def test_what_takes_too_long_is_given_up(town, monkeypatch):
    monkeypatch.setattr(trying, "LONGEST", timedelta(seconds=-1))
    told = await tried(town, IN_FORCE)
    assert told["state"] == "failed"
    assert "stopped" in told["fault"]


async def test_what_is_begun_again_and_again_is_given_up(town, monkeypatch):
    monkeypatch.setattr(trying, "GIVEN_UP", timedelta(0))
    told = await tried(town, IN_FORCE)
    assert (told["state"], told["in_force"]) == ("failed", None)


async def test_one_whose_process_ended_is_begun_again(town):
    asked = (await ask(town, IN_FORCE)).json()["trial"]
    async with town.gateway.database.begin("test.killed") as session:
        await session.execute(text("UPDATE risk_trial SET state = 'running', done = 1 WHERE state = 'waiting'"))
    await work_off(town)
    [row] = await rows(town.gateway, f"SELECT state FROM risk_trial WHERE trial_id = '{asked}'")
    assert row.state == "finished"


@pytest.mark.parametrize(
    ("watch", "says"),
    [
        ("- 1", "form"),
        ("a: [", "form"),
        ("a: &a 1\nb: *a\n", "aliases"),
        (changed(lambda watch: watch["points"][0]["signs"][0].update(measure="no_such_tag")), "no such measures"),
        (changed(lambda watch: watch["types"][0].update(id="gossip")), "no such types"),
        (with_levels(notice=1, warning=2, restriction=1000), "cannot be reached"),
    ],
)
async def test_one_that_is_not_sound_is_refused(town, watch, says):
    answer = await ask(town, watch)
    assert (answer.status_code, slug(answer)) == (400, "risk-watch-unsound")
    assert says in answer.json()["detail"]


async def test_there_is_none_where_there_is_none(town):
    missing = "/v1/risk-trials/01983a2b-7c1d-7e00-8000-0000000000b0"
    answer = await town.client.get(missing, headers=await town.headers("auditor-1"))
    assert (answer.status_code, slug(answer)) == (404, "risk-trial-not-found")


async def test_they_are_listed_the_newest_first(town):
    headers = await town.headers("auditor-1")
    listed = (await town.client.get("/v1/risk-trials", headers=headers)).json()["trials"]
    assert [one["trial"] for one in listed] == sorted((one["trial"] for one in listed), reverse=True)
    assert len(listed) > 3
