"""The declared challenger, each night: kept by day beside the scan, which goes on whatever becomes of it."""

import msgspec
import pytest
from sqlalchemy import text

from gateway.scores import challenging
from gateway.scores.challenger_gauges import gauge_challenger
from gateway.scores.challenger_nights import MOST_NIGHTS, list_nights
from gateway.scores.challenging import challenge_when_due
from gateway.scores.scan_errors import NothingScannedError
from scoring_adapter.card import load_card, write_card
from tests.actors import MACHINE
from tests.scores.scanning import rows, scan_all
from tests.scores.test_pages import page
from tests.scores.test_scan import nothing_scanned, standing_rows, town
from tests.scores.test_shadow import challenger

__all__ = ["town"]


@pytest.fixture
def card(tmp_path):
    path = tmp_path / "challenger.yaml"
    path.write_text(write_card(msgspec.structs.replace(load_card(), version=3, base=load_card().base - 60)), "utf-8")
    return path


async def forget(gateway):
    async with gateway.database.begin("test.forget", role="owner") as session:
        await session.execute(text("TRUNCATE challenger_night"))


async def nights(gateway):
    async with gateway.units.begin("test.nights", MACHINE) as work:
        return await list_nights(work)


async def gauges(gateway):
    async with gateway.database.begin("test.gauges") as session:
        return {one.name: one.samples[0].value for one in (await gauge_challenger(session)).collect()}


async def test_each_day_it_is_compared_once_and_kept(town, card):
    await nothing_scanned(town.gateway)
    await forget(town.gateway)
    await challenge_when_due(town.gateway.units, card, 480)
    await challenge_when_due(town.gateway.units, None, 480)
    assert await nights(town.gateway) == []
    assert await gauges(town.gateway) == {}
    await scan_all(town.gateway)
    standing = await standing_rows(town.gateway)
    for _ in range(2):
        await challenge_when_due(town.gateway.units, card, 480)
    [night] = await nights(town.gateway)
    assert (night.champion, night.challenger) == (
        load_card().model(),
        challenger(base=load_card().base - 60).card.model(),
    )
    assert night.told["enterprises"] == len(standing)
    assert night.told["at_least"]["champion"] == 480
    assert await standing_rows(town.gateway) == standing
    told = await gauges(town.gateway)
    assert told["xinqiao_challenger_failed"] == 0
    assert told["xinqiao_challenger_psi"] == night.told["psi"]
    compared = await rows(town.gateway, f"SELECT type FROM audit_event WHERE event_id = '{night.event_id}'")
    assert [row.type for row in compared] == ["scores.compared"]
    card.write_text(write_card(msgspec.structs.replace(load_card(), version=4)), "utf-8")
    await challenge_when_due(town.gateway.units, card, 480)
    assert len(await nights(town.gateway)) == 2  # another challenger of the same day


@pytest.mark.parametrize(("text", "said"), [("version: [", "challenger.yaml"), (None, "读不到")])
async def test_a_challenger_that_is_no_card_is_told_and_scores_stay(town, card, text, said):
    await nothing_scanned(town.gateway)
    await forget(town.gateway)
    await scan_all(town.gateway)
    standing = await standing_rows(town.gateway)
    card.unlink() if text is None else card.write_text(text)
    for _ in range(2):
        await challenge_when_due(town.gateway.units, card, 480)
    [night] = await nights(town.gateway)
    assert (night.challenger, night.told) == ("", None)
    assert said in night.fault
    assert await standing_rows(town.gateway) == standing
    told = await gauges(town.gateway)
    assert told["xinqiao_challenger_failed"] == 1
    assert "xinqiao_challenger_psi" not in told


async def test_one_that_fails_while_it_is_computed_is_told(town, card, monkeypatch):
    await nothing_scanned(town.gateway)
    await forget(town.gateway)
    await scan_all(town.gateway)

    async def failing(*_given):
        raise OverflowError

    with monkeypatch.context() as changed:
        changed.setattr(challenging, "compare_in_shadow", failing)
        await challenge_when_due(town.gateway.units, card, 480)
    [night] = await nights(town.gateway)
    assert (night.told, night.fault) == (None, "OverflowError")

    async def too_early(*_given):
        raise NothingScannedError

    await forget(town.gateway)
    with monkeypatch.context() as changed:
        changed.setattr(challenging, "compare_in_shadow", too_early)
        with pytest.raises(NothingScannedError):
            await challenge_when_due(town.gateway.units, card, 480)
    assert await nights(town.gateway) == []


async def test_people_of_the_instance_see_the_nights_and_institutions_do_not(town, card):
    await nothing_scanned(town.gateway)
    await forget(town.gateway)
    await scan_all(town.gateway)
    await challenge_when_due(town.gateway.units, card, 480)
    [night] = await nights(town.gateway)
    shown = await page(town, "ops", "system", "/console/scans")
    assert shown[0] == 200
    assert night.challenger in shown[1]
    await town.enrol("auditor-9", "auditor")
    await town.account("bank-9", "bank9")
    told = await town.client.get("/v1/scores/challenger", headers=await town.headers("auditor-9"))
    assert [one["challenger"] for one in told.json()["nights"]] == [night.challenger]
    refused = await town.client.get("/v1/scores/challenger", headers=await town.headers("bank-9"))
    assert refused.status_code == 403
    for limit, status in ((0, 400), (1, 200), (MOST_NIGHTS, 200), (MOST_NIGHTS + 1, 400)):
        path = f"/v1/scores/challenger?limit={limit}"
        assert (await town.client.get(path, headers=await town.headers("auditor-9"))).status_code == status
