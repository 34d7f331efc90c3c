"""Limits that need an instance: one less, equal, one more."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from consent.life import LAPSES_AFTER
from consent.store import find_consent
from gateway.intake.uploads import LIFE_HOURS, MOST_OPEN
from gateway.quota.plans import MOST_UNITS
from gateway.runtime.denial import DeniedError
from tests.stories import slug

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("age", "status"),
    [(LAPSES_AFTER - SECOND, "requested"), (LAPSES_AFTER, "lapsed"), (LAPSES_AFTER + SECOND, "lapsed")],
)
async def test_a_request_lapses_when_72_hours_are_over(story, age, status):
    await story.account("bank-1", "bank")
    consent = UUID((await story.request("bank-1", 1)).json()["consent"])
    jwks = story.gateway.keys.publics("consent")
    async with story.gateway.database.begin("test.read") as session:
        query = text("SELECT recorded_at FROM consent_version WHERE consent_id = :c")
        recorded = (await session.execute(query, {"c": consent})).scalar_one()
        assert (await find_consent(session, consent, jwks, recorded + age)).status == status


@pytest.mark.parametrize("beyond", [-1, 0, 1])
async def test_a_plan_has_no_more_than_the_most_units(story, beyond):
    await story.account("bank-1", "bank")
    if beyond > 0:
        with pytest.raises(DeniedError, match="<= day <= month"):
            await story.plan("account", "bank-1", 0, MOST_UNITS + beyond)
    else:
        await story.plan("account", "bank-1", 0, MOST_UNITS + beyond)


@pytest.mark.parametrize(("per_day", "per_month", "good"), [(0, 0, True), (-1, 0, False), (5, 5, True), (6, 5, False)])
async def test_a_day_has_no_more_than_its_month_and_no_less_than_nothing(story, per_day, per_month, good):
    await story.account("bank-1", "bank")
    if good:
        await story.plan("account", "bank-1", per_day, per_month)
    else:
        with pytest.raises(DeniedError, match="<= day <= month"):
            await story.plan("account", "bank-1", per_day, per_month)


async def begin_upload(story, length=5):
    headers = {
        "Batch-Id": str(uuid4()), "Upload-Length": str(length), "Tus-Resumable": "1.0.0",
        **await story.headers("tax"),
    }  # fmt: skip
    return await story.client.post("/v1/datasets/tax_arrears/uploads", headers=headers)


@pytest.fixture
async def agency(story):
    """An agency without open uploads."""
    await story.enrol("tax", "agency")
    async with story.gateway.database.begin("test.clean", role="owner") as session:
        await session.execute(text("DELETE FROM upload"))
    return story


async def test_an_agency_has_ten_uploads_open_and_no_eleventh(agency):
    answers = [await begin_upload(agency) for _ in range(MOST_OPEN + 1)]
    assert [answer.status_code for answer in answers] == [201] * MOST_OPEN + [409]
    assert slug(answers[-1]) == "too-many-uploads"


@pytest.mark.parametrize(("beyond", "status"), [(-1, 201), (0, 201), (1, 413)])
async def test_an_upload_is_no_longer_than_the_setting(agency, monkeypatch, beyond, status):
    monkeypatch.setitem(agency.gateway.settings.__dict__, "max_resumable_bytes", 5000)
    assert (await begin_upload(agency, 5000 + beyond)).status_code == status


@pytest.mark.parametrize(("last", "status"), [(4999, 201), (5000, 201), (5001, 413)])
async def test_uploads_together_are_no_longer_than_twice_the_setting(agency, monkeypatch, last, status):
    monkeypatch.setitem(agency.gateway.settings.__dict__, "max_resumable_bytes", 5000)
    assert (await begin_upload(agency, 5000)).status_code == 201
    assert (await begin_upload(agency, last)).status_code == status


@pytest.mark.parametrize(("left", "status"), [("1 minute", 200), ("-1 second", 404)])
async def test_an_upload_is_kept_for_a_day_and_then_no_longer_there(agency, left, status):
    begun = datetime.now(UTC)
    place = (await begin_upload(agency)).headers["location"]
    headers = await agency.headers("tax")
    told = (await agency.client.get(place, headers=headers)).json()
    kept = datetime.fromisoformat(told["expires_at"]) - begun
    assert timedelta(0) <= kept - timedelta(hours=LIFE_HOURS) < timedelta(minutes=1)
    async with agency.gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text(f"UPDATE upload SET expires_at = now() + interval '{left}'"))
    assert (await agency.client.get(place, headers=headers)).status_code == status
