"""From which moment on another card scores: a minute after its release, in every process."""

from datetime import timedelta
from weakref import WeakKeyDictionary

from gateway.cards import in_force
from gateway.cards.in_force import LEAD, card_in_force, find_releases
from gateway.cards.listing import list_cards
from gateway.runtime.clock import database_now
from tests.actors import MACHINE
from tests.cards import released, source_of
from tests.inquiries.test_released_cards import SHIPPED, ready

__all__ = ["ready"]


async def test_it_is_in_force_a_minute_later_in_every_process_at_the_same_moment(ready, monkeypatch):
    gateway = ready.gateway
    assert timedelta(seconds=2 * in_force.KEPT_SECONDS) < LEAD  # whoever read just before it knows of it in time
    source = source_of(3, base=500)
    number = await released(gateway, source)
    monkeypatch.setattr(in_force, "_READ", WeakKeyDictionary())  # as a process that reads from now on
    async with gateway.units.begin("test.read", MACHINE) as work:
        row = next(one for one in await find_releases(work.session) if one.number == number)
        before = await card_in_force(work.session, row.since - timedelta(microseconds=1))
        after = await card_in_force(work.session, row.since)
        assert row.since >= await database_now(work.session) + LEAD - timedelta(seconds=5)
        coming = next(one for one in await list_cards(work) if one["number"] == number)
    assert (before.card.model(), after.card.model()) == (SHIPPED, row.model)
    assert coming["state"] == "coming"
    assert (await ready.ask("bank-1", 1)).json()["model"] == SHIPPED
