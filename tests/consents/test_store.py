"""Consents in the database: who sees which, in which order, what a use counts, and how terms are read back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from uuid_utils.compat import uuid7

from consent.candidates import Wanted, find_candidates, lock_candidates
from consent.life import LAPSES_AFTER
from consent.store import (
    Use,
    find_consent,
    list_consents,
    list_uses,
    list_versions,
    load_consents,
    lock_consent,
    read_terms,
    use,
)
from consent.tables import ConsentVersion
from consent.terms import Terms
from gateway.consents.life import change_consent, request_consent
from gateway.runtime.actor import Actor
from gateway.runtime.clock import database_now
from tests.enterprises import uscc

BANKS = {name: Actor(f"{name}-1", "account", institution_id=name) for name in ("bank", "other")}


@pytest.fixture
async def work(gateway):
    """A bank's unit of work that a test's end undoes."""
    async with gateway.units.begin("test.consents", BANKS["bank"]) as opened:
        yield opened
        await opened.session.rollback()


async def ask(work, number, institution="bank", **changes):
    """Request a consent of an enterprise and return its id."""
    now = await database_now(work.session)
    terms = Terms(uuid7(), uscc(number), institution, (), ("score",), "pre_loan", now, now + timedelta(days=9), None)
    terms = replace(terms, **changes)
    await request_consent(replace(work, actor=BANKS[institution]), terms)
    return terms.consent_id


async def listed(work, *, institution=None, uscc=None, after=None, limit=9):
    found = await list_consents(work.session, institution=institution, uscc=uscc, after=after, limit=limit)
    return [version.consent_id for version in found]


async def test_a_party_lists_its_own_consents_oldest_first_and_page_by_page(work):
    first, theirs, second, third = [uuid7() for _ in range(4)]
    for consent, n, who in ((third, 1, "bank"), (theirs, 1, "other"), (second, 2, "bank"), (first, 1, "bank")):
        await ask(work, n, who, consent_id=consent)  # in another order than that of their ids
    assert await listed(work, institution="bank") == [first, second, third]
    assert await listed(work, institution="bank", uscc=uscc(1)) == [first, third]
    assert await listed(work, uscc=uscc(1)) == [first, theirs, third]
    assert await listed(work, institution="bank", limit=2) == [first, second]
    assert await listed(work, institution="bank", after=second, limit=2) == [third]
    assert await listed(work, uscc=uscc(3)) == []
    assert await listed(work) == []


async def test_a_consent_stands_where_its_newest_version_says_and_every_version_is_kept_in_order(work):
    consent, other = await ask(work, 1), await ask(work, 1)
    await change_consent(work, consent, "revoke")
    (shown,) = await list_consents(work.session, institution="bank", uscc=None, after=None, limit=1)
    assert (shown.consent_id, shown.version, shown.status) == (consent, 2, "revoked")
    versions = await list_versions(work.session, consent)
    assert [(one.consent_id, one.version, one.status) for one in versions] == [
        (consent, 1, "requested"), (consent, 2, "revoked"),
    ]  # fmt: skip
    for version in (4, 3):
        work.session.add(ConsentVersion(**{**versions[1].model_dump(), "version": version}))
        await work.session.flush()
    assert [one.version for one in await list_versions(work.session, consent)] == [1, 2, 3, 4]
    keys, now = work.keys.publics("consent"), await database_now(work.session)
    stand = await load_consents(work.session, [other, consent], keys, now)
    assert [(one.terms.consent_id, one.version, one.status, one.intact) for one in stand] == [
        (consent, 4, "revoked", False), (other, 1, "requested", True),
    ]  # fmt: skip
    assert await find_consent(work.session, uuid4(), keys, now) is None


async def test_what_an_inquiry_may_rest_on_is_what_its_institution_asked_that_enterprise_for(work):
    first, _, _, second = [await ask(work, n, who) for n, who in ((1, "bank"), (1, "other"), (2, "bank"), (1, "bank"))]
    pair, none, named = Wanted(None, "bank", uscc(1)), Wanted(None, "bank", uscc(3)), Wanted(second, "bank", uscc(9))
    anothers = Wanted(second, "other", uscc(1))
    assert await lock_candidates(work.session, [pair]) == [[first, second]]
    asked = [named, none, pair, anothers]
    assert await lock_candidates(work.session, asked, waits=False) == [[second], [], [first, second], []]
    assert [await find_candidates(work.session, one) for one in asked] == [[second], [], [first, second], []]
    assert await lock_consent(work.session, second) == [second]
    assert await lock_consent(work.session, uuid4()) == []


async def test_uses_are_counted_up_to_the_most_and_shown_newest_first(work):
    consent, other = await ask(work, 1), await ask(work, 1)
    now = await database_now(work.session)

    def used(n, most, of=consent):
        return Use(
            inquiry_id=UUID(int=n), consent_id=of, version=1, account="bank-1", institution="bank", product="score",
            purpose="pre_loan", used_at=now + timedelta(seconds=n), event_id=uuid4(), most=most,
        )  # fmt: skip

    async def stored(*uses):
        return {one.int for one in await use(work.session, uses)}

    assert [await stored(used(n, 2)) for n in (1, 2, 3)] == [{1}, {2}, set()]
    assert await stored(used(4, None)) == {4}
    at_once = [used(5, 2, other), used(6, None, uuid4()), used(7, 2, other), used(8, 2, other)]
    assert await stored(*at_once) == {5, 7}
    assert [one.inquiry_id.int for one in await list_uses(work.session, consent, 9)] == [4, 2, 1]
    assert [one.inquiry_id.int for one in await list_uses(work.session, consent, 2)] == [4, 2]
    assert [one.inquiry_id.int for one in await list_uses(work.session, other, 9)] == [7, 5]


async def test_terms_are_read_back_as_they_were_signed(work):
    begins = datetime(2026, 11, 27, 8, tzinfo=UTC)
    every = {
        "accounts": ("bank-1", "bank-2"),
        "products": ("health_check", "score"),
        "purpose": "post_loan",
        "max_uses": 7,
    }
    consent = await ask(work, 4, **every, valid_from=begins, valid_until=begins + timedelta(days=700))
    (version,) = await list_versions(work.session, consent)
    expected = Terms(consent, uscc(4), "bank", valid_from=begins, valid_until=begins + timedelta(days=700), **every)
    assert read_terms(version.terms) == expected


@pytest.mark.parametrize(("after", "status"), [(-1, "requested"), (0, "lapsed"), (1, "lapsed")])
async def test_a_request_lapses_at_its_time_and_what_was_answered_never_does(work, after, status):
    consent, revoked = await ask(work, 1), await ask(work, 1)
    await change_consent(work, revoked, "revoke")
    (requested,) = await list_versions(work.session, consent)
    keys, moment = work.keys.publics("consent"), requested.recorded_at + LAPSES_AFTER + timedelta(seconds=after)
    assert (await find_consent(work.session, consent, keys, moment)).status == status
    assert (await find_consent(work.session, revoked, keys, moment)).status == "revoked"
