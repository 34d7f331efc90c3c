"""Questions that come together share a transaction; each is judged as if they had come one after another."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from audit.errors import AuditError
from gateway.evidence.conservation import find_differences
from gateway.identity.tokens.dpop import Proof
from gateway.identity.tokens.marks import proof_mark
from gateway.inquiries import answering
from gateway.inquiries.answers import Answered
from gateway.inquiries.inquiry import inquire
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.store import Asked
from gateway.providers.registered import EMBEDDED
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.database import Database
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitsOfWork
from scoring_adapter.providers.asking import Providers
from tests.enterprises import uscc
from tests.gates import held
from tests.stories import registration

PROVIDERS = Providers()
HEAD = "SELECT FROM consent_head WHERE consent_id = :id FOR UPDATE"


@pytest.fixture
async def ready(story):
    """Enterprises 1 and 2 are on record and permit bank-1 and bank-2 to ask; their counters are there."""
    if "s-1" not in story.keys:
        for number in (1, 2):
            await story.push("market_regulation", "ent_registration", registration(number))
        for account, bank in (("bank-1", "bank"), ("bank-2", "bank-two")):
            await story.account(account, bank)
            for number in (1, 2):
                await story.consent(account, number)
        assert [type(one) for one in await together(story, question(1), question(1, "bank-2"))] == [Answered] * 2
    yield story
    await story.account("bank-1", "bank")
    async with story.gateway.units.begin("test.reconcile", PROGRAM) as work:
        assert await find_differences(work) == []


def question(number, account="bank-1", **changes):
    bank = {"bank-1": "bank", "bank-2": "bank-two"}[account]
    made = InquiryRequest(uuid7(), account, bank, uscc(number), "score", "pre_loan", EMBEDDED, None, None)
    return replace(made, **changes)


async def put(units, request, key=None, proof=None, digest=b"d" * 32):
    actor = Actor(request.account, "account", request.institution)
    return await inquire(units, PROVIDERS, actor, request, Asked(key or str(uuid4()), digest, proof))


async def together(story, *requests):
    """Put questions at the same moment; return what came of each: an answer, a denial or a fault."""
    return await asyncio.gather(*(put(story.gateway.units, one) for one in requests), return_exceptions=True)


def a_proof():
    ends = datetime.now(UTC) + timedelta(minutes=5)
    return proof_mark(Proof("thumbprint", str(uuid4()), None, ends.timestamp()))


def reasons(outcomes):
    return [one.reason if isinstance(one, Denial) else "answered" for one in outcomes]


async def rows(story, query, **values):
    async with story.gateway.database.begin("test.read", role="owner") as session:
        return [tuple(row) for row in await session.execute(text(query), values)]


async def used_today(story):
    query = "SELECT used FROM quota_period WHERE scope_id = 'bank-1' AND period = 'day' ORDER BY starts DESC LIMIT 1"
    return (await rows(story, query))[0][0]


async def transactions(story, requests):
    """Return how many transactions wrote the inquiries."""
    query = "SELECT count(DISTINCT xmin::text) FROM inquiry WHERE inquiry_id = ANY(CAST(:ids AS uuid[]))"
    return (await rows(story, query, ids=[one.inquiry_id for one in requests]))[0][0]


async def test_a_group_is_one_transaction_and_each_member_has_its_own_rows(ready):
    asked = [question(1), question(2, "bank-2"), question(1, purpose="renewal"), question(2, product="health_check")]
    outcomes = await together(ready, *asked)
    assert reasons(outcomes) == ["answered", "answered", "consent-purpose-mismatch", "consent-scope-exceeded"]
    assert await transactions(ready, asked) == 1
    query = """SELECT e.type, e.actor, e.institution, i.account, i.state
        FROM inquiry i JOIN audit_event e USING (event_id)
        WHERE inquiry_id = ANY(CAST(:ids AS uuid[])) ORDER BY inquiry_id"""
    assert await rows(ready, query, ids=[one.inquiry_id for one in asked]) == [
        ("inquiry.answered", "bank-1", "bank", "bank-1", "answered"),
        ("inquiry.answered", "bank-2", "bank-two", "bank-2", "answered"),
        ("inquiry.denied", "bank-1", "bank", "bank-1", "denied"),
        ("inquiry.denied", "bank-1", "bank", "bank-1", "denied"),
    ]


async def test_of_two_members_on_a_consent_with_one_use_left_one_is_answered(ready):
    consent = UUID((await ready.consent("bank-1", 1, purpose="subsidy", max_uses=1))["consent"])
    asked = [question(1, purpose="subsidy", consent_id=consent) for _ in range(2)]
    assert reasons(await together(ready, *asked)) == ["answered", "consent-uses-exhausted"]
    assert await transactions(ready, asked) == 1
    assert await rows(ready, "SELECT uses FROM consent_head WHERE consent_id = :id", id=consent) == [(1,)]


async def test_a_limit_of_a_consent_over_time_counts_what_members_before_took(ready):
    limits = [{"count": 2, "unit": "D", "alignment": "calendar"}]
    await ready.consent("bank-1", 2, purpose="post_loan", fetch_type="PERIODIC", limits=limits)
    asked = [question(2, purpose="post_loan") for _ in range(3)]
    assert reasons(await together(ready, *asked)) == ["answered", "answered", "consent-frequency-exceeded"]


@pytest.mark.parametrize("room", [2, 3, 4])
async def test_of_three_members_as_many_are_answered_as_a_counter_has_room_for(ready, room):
    used = await used_today(ready)
    await ready.plan("account", "bank-1", used + room, 1000)
    asked = [question(number) for number in (1, 2, 1)]
    outcomes = await together(ready, *asked)
    assert reasons(outcomes) == (["answered"] * room + ["quota-exceeded"])[:3]
    assert await transactions(ready, asked) == 1
    left = [next(r.left for r in one.rooms if r.policy == "acct-day") for one in outcomes if isinstance(one, Answered)]
    assert left == [room - 1, room - 2, room - 3][: len(left)]


async def test_a_key_that_comes_twice_in_a_group_is_charged_once(ready):
    asked = [question(1), question(1), question(2)]
    first, again, other = await asyncio.gather(
        put(ready.gateway.units, asked[0], "twice"),
        put(ready.gateway.units, asked[1], "twice"),
        put(ready.gateway.units, asked[2], "twice", digest=b"e" * 32),
    )
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.inquiry_id, again.answer) == (asked[0].inquiry_id, first.answer)
    assert other.reason == "idempotency-key-reused"


async def test_an_inquiry_that_is_asked_twice_at_once_under_its_own_key_is_charged_once(ready):
    asked = question(1)
    both = await asyncio.gather(*(put(ready.gateway.units, asked, "batch 7") for _ in range(2)))
    assert [one.replayed for one in both] == [False, True]
    query = "SELECT count(*) FROM quota_ledger WHERE inquiry_id = :id"
    assert await rows(ready, query, id=asked.inquiry_id) == [(1,)]


async def test_a_proof_opens_one_question_of_a_group_and_the_keys_of_the_others_stay_free(ready):
    mark = a_proof()
    both = (put(ready.gateway.units, question(1), key, mark) for key in ("proven-1", "proven-2"))
    one, two = await asyncio.gather(*both, return_exceptions=True)
    assert (type(one), type(two), two.denial.reason) == (Answered, DeniedError, "invalid-dpop-proof")
    with pytest.raises(DeniedError, match="this proof was used before"):
        await put(ready.gateway.units, question(1), "proven-3", mark)
    outcomes = [await put(ready.gateway.units, question(1), key) for key in ("proven-1", "proven-2", "proven-3")]
    assert [one.replayed for one in outcomes] == [True, False, False]


async def test_a_member_whose_enterprise_is_unknown_is_denied_alone(ready):
    await ready.consent("bank-1", 3)
    asked = [question(1), question(3), question(2)]
    assert reasons(await together(ready, *asked)) == ["answered", "subject-not-found", "answered"]
    assert await transactions(ready, asked) == 1


async def test_a_member_that_cannot_be_written_fails_alone(ready):
    await ready.push("market_regulation", "ent_registration", registration(4))
    await ready.consent("bank-1", 4)
    assert reasons(await together(ready, question(4))) == ["answered"]
    destroyed = """UPDATE audit_dek SET wrapped_key = NULL WHERE subject_ref = (
        SELECT subject_id::text FROM subject WHERE uscc = :uscc)"""
    async with ready.gateway.database.begin("test.destroy", role="owner") as session:
        await session.execute(text(destroyed), {"uscc": uscc(4)})
    asked = [question(1), question(4), question(2)]
    one, bad, two = await together(ready, *asked)
    assert (type(one), type(bad), type(two)) == (Answered, AuditError, Answered)
    assert await rows(ready, "SELECT count(*) FROM inquiry WHERE inquiry_id = :id", id=asked[1].inquiry_id) == [(0,)]


async def test_a_group_that_fails_when_it_is_told_has_charged_nobody_and_each_is_answered_by_itself(ready, monkeypatch):
    tell, sizes = answering.tell_evaluations, []

    async def fail_for_many(told):
        sizes.append(len(told))
        if len(told) > 1:
            raise OSError("too many")
        await tell(told)

    monkeypatch.setattr(answering, "tell_evaluations", fail_for_many)
    asked = [question(1), question(2)]
    assert reasons(await together(ready, *asked)) == ["answered", "answered"]
    assert (sizes, await transactions(ready, asked)) == ([2, 1, 1], 2)
    query = "SELECT count(*) FROM quota_ledger WHERE inquiry_id = ANY(CAST(:ids AS uuid[]))"
    assert await rows(ready, query, ids=[one.inquiry_id for one in asked]) == [(2,)]


async def test_what_ends_a_consent_while_a_group_comes_denies_its_member_and_the_others_do_not_wait(ready):
    given = await ready.consent("bank-1", 1, purpose="guarantee_review")
    consent, headers = UUID(given["consent"]), await ready.headers("s-1")
    async with held(ready.gateway.database, HEAD, id=consent) as gate:
        path = f"/v1/consents/{consent}/revoke"
        revoking = asyncio.create_task(ready.client.post(path, headers=headers))
        await gate.waiting(1)
        asked = [question(1, purpose="guarantee_review", consent_id=consent), question(1, "bank-2"), question(2)]
        waits, *others = [asyncio.create_task(put(ready.gateway.units, one)) for one in asked]
        assert reasons(await asyncio.gather(*others)) == ["answered", "answered"]
        assert await transactions(ready, asked[1:]) == 1
        await gate.waiting(2)
        assert not waits.done()
    assert (await revoking).status_code == 200
    assert reasons([await waits]) == ["consent-revoked"]


async def test_a_member_that_was_held_up_keeps_its_proof_and_its_key(ready):
    consent = UUID((await ready.consent("bank-1", 2, purpose="renewal"))["consent"])
    mark = a_proof()
    asked = question(2, purpose="renewal", consent_id=consent)
    async with held(ready.gateway.database, HEAD, id=consent) as gate:
        waits = asyncio.create_task(put(ready.gateway.units, asked, "held up", mark))
        await gate.waiting(1)
    assert reasons([await waits]) == ["answered"]
    assert (await put(ready.gateway.units, question(2), "held up")).inquiry_id == asked.inquiry_id


async def test_a_counter_that_is_locked_for_long_holds_nobody_else_up(ready):
    counters = "SELECT FROM quota_period WHERE scope_id = 'bank-1' FOR UPDATE"
    async with held(ready.gateway.database, counters) as gate:
        waits, other = [
            asyncio.create_task(put(ready.gateway.units, one)) for one in (question(1), question(2, "bank-2"))
        ]
        assert reasons([await other]) == ["answered"]
        await gate.waiting(1)
        assert reasons(await together(ready, question(1, "bank-2"))) == ["answered"]
        assert not waits.done()
    assert reasons([await waits]) == ["answered"]


async def test_groups_of_two_workers_in_opposite_orders_are_exact_and_never_stand_in_each_others_way(ready):
    used = await used_today(ready)
    await ready.plan("account", "bank-1", used + 20, 1000)
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = await rows(ready, deadlocks)
    own = ready.gateway.units
    second = Database(ready.gateway.database.urls)
    try:
        units = [own, UnitsOfWork(second, own.recorder, own.keys, own.issuer)]
        asked = [(question(n % 2 + 1, f"bank-{n // 2 % 2 + 1}"), n) for n in range(48)]
        orders = [asked[::2], asked[1::2][::-1]]
        outcomes = await asyncio.gather(
            *(put(worker, one) for worker, order in zip(units, orders, strict=True) for one, _ in order)
        )
    finally:
        await second.close()
    banks = [one.account for order in orders for one, _ in order]
    ended = sorted(zip(banks, reasons(outcomes), strict=True))
    assert ended == [("bank-1", "answered")] * 20 + [("bank-1", "quota-exceeded")] * 4 + [("bank-2", "answered")] * 24
    assert await rows(ready, deadlocks) == before
