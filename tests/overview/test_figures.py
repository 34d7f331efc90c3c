"""The figures are those of the tables; who reads them is in the log, and whoever oversees nothing gets none."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.overview.figures import read_overview, take_figures
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.house import objects
from tests.house.objects import OWN
from tests.house.test_ownership import town

__all__ = ["town"]
REGULATOR = Actor("person:reg", "auditor", person="person:reg")


async def figures(town):
    async with town.story.gateway.units.begin("test.figures", REGULATOR) as work:
        return await read_overview(work, "test")


async def test_todays_inquiries_are_counted_by_hour_institution_and_reason(town):
    before = await figures(town)
    await objects.inquiry(town)
    denied = await town.story.ask("bank-2", OWN)
    assert denied.status_code == 403
    after = await figures(town)
    assert sum(after.asked) - sum(before.asked) == 2
    assert sum(after.denied) - sum(before.denied) == 1
    assert after.denials["consent-required"] - before.denials.get("consent-required", 0) == 1
    by_name = {one.institution: one for one in after.institutions}
    assert (by_name["bank-two"].asked, by_name["bank-two"].denied) == (1, 1)
    assert by_name["bank"].answered >= 1
    assert len(after.asked) == len(after.denied) == 24


async def test_feeds_are_alive_late_or_never_came(town):
    now = await figures(town)
    assert "tax_arrears" in {feed.dataset for feed in now.alive}
    assert now.late == []
    promise = next(feed.promise_days for feed in now.feeds if feed.dataset == "tax_arrears")
    async with town.story.gateway.units.begin("test.later", REGULATOR) as work:
        later = await take_figures(replace(work, now=work.now + timedelta(days=promise + 2)))
    late = {feed.dataset: feed.late_days for feed in later.late}
    assert late["tax_arrears"] == 3  # two days and a little
    assert [feed.late_days for feed in later.late] == sorted(late.values(), reverse=True)
    assert {feed.late_days for feed in later.feeds if feed.last is None} == {None}


async def test_an_auditors_client_reads_them_over_the_interface_and_nobody_else(town):
    await town.story.enrol("auditor-f", "auditor")
    told = (await town.send("auditor-f", "GET", "/v1/overview")).json()
    assert told["subjects"]["known"] == (await figures(town)).subjects == 32  # thirty came with the first feed
    assert told["inquiries_today"]["asked"] == sum(told["inquiries_today"]["asked_by_hour"])
    assert (await town.send("bank-1", "GET", "/v1/overview")).status_code == 403
    for kind in ("operator", "system", "agency", "account", "signatory", "person"):
        with pytest.raises(DeniedError):
            async with town.story.gateway.units.begin("test.figures", Actor("x", kind)) as work:
                await read_overview(work, "test")


async def test_reading_them_is_one_event(town):
    await figures(town)
    async with town.story.gateway.database.begin("test.log") as session:
        query = "SELECT type, actor, outcome FROM audit_event ORDER BY event_id DESC LIMIT 1"
        assert (await session.execute(text(query))).one() == ("overview.read", "person:reg", "read")


async def test_a_band_that_few_enterprises_have_is_not_told(town):
    await town.story.feeds(but="tax_arrears")
    await objects.inquiry(town)
    found = await figures(town)
    assert sum(count or 0 for count in found.bands.values()) == 0
    assert None in found.bands.values()
    assert list(found.bands) == ["excellent", "good", "fair", "poor"]
