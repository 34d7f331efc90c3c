"""Relayed questions that come together share the transactions before and after; providers are asked in none."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from gateway.inquiries import answering, relaying
from gateway.inquiries.answers import Answered
from gateway.inquiries.inquiry import inquire
from gateway.inquiries.store import Asked
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from scoring_adapter.errors import ProviderUnavailableError
from scoring_adapter.providers.asking import Providers
from scoring_adapter.providers.mapping import RelayAnswer
from tests.gates import held
from tests.inquiries.test_groups import HEAD, a_proof, question, ready, reasons, rows, transactions, used_today
from tests.providers import registered

__all__ = ["ready"]
PROVIDERS = Providers()
# What of this database's sessions stands in a transaction, but for the one that looks.
OPEN = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND state LIKE 'idle in transaction%'"""
STATES = """SELECT r.state, r.units FROM quota_reservation r WHERE inquiry_id = ANY(CAST(:ids AS uuid[]))
            ORDER BY inquiry_id"""
CHARGED = """SELECT units FROM quota_ledger WHERE inquiry_id = ANY(CAST(:ids AS uuid[])) ORDER BY inquiry_id"""


class Provider:
    """Answers all that it waits for at once; what happens while it is asked, and whom it fails."""

    def __init__(self, awaited, happen=None, fails=()):
        self.awaited, self.happen, self.fails = awaited, happen, {str(one) for one in fails}
        self.asked, self.all_there, self.answers = [], asyncio.Event(), asyncio.Event()

    async def ask(self, _provider, asked, _call):
        question = asked.question
        assert asked.permit()
        self.asked.append(question.inquiry)
        if len(self.asked) == self.awaited:
            self.all_there.set()
            if self.happen:
                await self.happen()
            self.answers.set()
        await self.answers.wait()
        if question.inquiry in self.fails:
            raise ProviderUnavailableError("timeout", "five-force")
        return RelayAnswer(question.inquiry, question.subject, 640, "B", "theirs/1", [])


@pytest.fixture
async def provide(ready, monkeypatch):
    if not await rows(ready, "SELECT FROM provider_version WHERE provider = 'five-force'"):
        await registered(ready.gateway, "five-force", "http://127.0.0.1:9/")

    def put_there(*arguments, **more):
        made = Provider(*arguments, **more)
        monkeypatch.setattr(PROVIDERS, "ask", made.ask)
        return made

    return put_there


def relayed(number, account="bank-1", **changes):
    return question(number, account, provider="five-force", **changes)


async def put(story, request, key=None, proof=None):
    actor = Actor(request.account, "account", request.institution)
    under = Asked(key or str(request.inquiry_id), b"d" * 32, proof)
    return await inquire(story.gateway.units, PROVIDERS, actor, request, under)


async def together(story, *requests):
    return await asyncio.gather(*(put(story, one) for one in requests), return_exceptions=True)


def ids(asked):
    return [one.inquiry_id for one in asked]


async def test_a_group_is_admitted_in_one_transaction_and_settled_in_another_and_none_is_open_between(ready, provide):
    asked = [relayed(1), relayed(2, "bank-2"), relayed(1, purpose="renewal"), relayed(2)]
    seen = {}

    async def look():
        seen["transactions"] = await transactions(ready, [asked[0], asked[1], asked[3]])
        seen["open"] = (await rows(ready, OPEN))[0][0]
        seen["states"] = await rows(ready, STATES, ids=ids(asked))

    provider = provide(3, look)
    outcomes = await together(ready, *asked)
    assert reasons(outcomes) == ["answered", "answered", "consent-purpose-mismatch", "answered"]
    assert seen == {"transactions": 1, "open": 0, "states": [("open", 1)] * 3}
    assert sorted(provider.asked) == sorted(str(one) for one in ids([asked[0], asked[1], asked[3]]))
    assert await transactions(ready, [asked[0], asked[1], asked[3]]) == 1
    assert await rows(ready, STATES, ids=ids(asked)) == [("settled", 1)] * 3
    query = """SELECT e.type, e.actor FROM inquiry i JOIN audit_event e USING (event_id)
               WHERE inquiry_id = ANY(CAST(:ids AS uuid[])) ORDER BY inquiry_id"""
    assert await rows(ready, query, ids=ids(asked)) == [
        ("inquiry.admitted", "bank-1"), ("inquiry.admitted", "bank-2"), ("inquiry.denied", "bank-1"),
        ("inquiry.admitted", "bank-1"),
    ]  # fmt: skip
    query = query.replace("inquiry i", "quota_ledger l")
    assert await rows(ready, query, ids=ids(asked)) == [
        ("inquiry.answered", "bank-1"), ("inquiry.answered", "bank-2"), ("inquiry.answered", "bank-1"),
    ]  # fmt: skip


async def test_each_product_is_charged_what_was_reserved_for_it(ready, provide):
    await ready.consent("bank-1", 1, purpose="subsidy", products=["score", "health_check"])
    provide(2)
    asked = [relayed(1, purpose="subsidy"), relayed(1, purpose="subsidy", product="health_check")]
    assert reasons(await together(ready, *asked)) == ["answered", "answered"]
    assert await rows(ready, CHARGED, ids=ids(asked)) == [(1,), (3,)]
    assert await transactions(ready, asked) == 1


async def test_whom_a_provider_fails_is_released_among_those_that_are_charged(ready, provide):
    asked = [relayed(1), relayed(2), relayed(1, "bank-2")]
    provide(3, fails=[asked[1].inquiry_id])
    assert reasons(await together(ready, *asked)) == ["answered", "upstream-unavailable", "answered"]
    assert await rows(ready, STATES, ids=ids(asked)) == [("settled", 1), ("released", 1), ("settled", 1)]
    assert await rows(ready, CHARGED, ids=ids(asked)) == [(1,), (1,)]
    assert await transactions(ready, asked) == 1
    provide(1)
    assert reasons([await put(ready, relayed(2), str(asked[1].inquiry_id))]) == ["answered"]  # its key was free


@pytest.mark.parametrize("room", [1, 2, 3])
async def test_as_many_are_reserved_as_a_counter_has_room_for(ready, provide, room):
    await ready.plan("account", "bank-1", await used_today(ready) + room, 1000)
    provider = provide(min(room, 2))
    outcomes = await together(ready, relayed(1), relayed(2))
    assert reasons(outcomes) == (["answered"] * room + ["quota-exceeded"])[:2]
    assert len(provider.asked) == min(room, 2)


async def test_of_two_on_a_consent_with_one_use_left_one_is_answered(ready, provide):
    consent = UUID((await ready.consent("bank-1", 1, purpose="guarantee_review", max_uses=1))["consent"])
    provide(2)
    asked = [relayed(1, purpose="guarantee_review", consent_id=consent) for _ in range(2)]
    assert sorted(reasons(await together(ready, *asked))) == ["answered", "consent-uses-exhausted"]
    assert sorted(await rows(ready, STATES, ids=ids(asked))) == [("released", 1), ("settled", 1)]
    assert await rows(ready, "SELECT uses FROM consent_head WHERE consent_id = :id", id=consent) == [(1,)]


async def test_whose_consent_is_locked_is_admitted_by_itself_with_its_proof_and_key(ready, provide):
    consent = UUID((await ready.consent("bank-1", 2, purpose="renewal"))["consent"])
    provide(1)
    mine = relayed(2, purpose="renewal", consent_id=consent)
    async with held(ready.gateway.database, HEAD, id=consent) as gate:
        waits = asyncio.create_task(put(ready, mine, "held up", a_proof()))
        other = await put(ready, relayed(1))
        await gate.waiting(1)
        assert (reasons([other]), waits.done()) == (["answered"], False)
    assert reasons([await waits]) == ["answered"]
    again = await put(ready, relayed(2), "held up")
    assert (again.inquiry_id, again.replayed) == (mine.inquiry_id, True)


async def test_what_ends_a_consent_while_a_group_is_settled_denies_its_member_and_the_others_do_not_wait(
    ready, provide
):
    consent = UUID((await ready.consent("bank-1", 1, purpose="post_loan"))["consent"])
    headers = await ready.headers("s-1")
    asked = [relayed(1, purpose="post_loan", consent_id=consent), relayed(2), relayed(1, "bank-2")]
    locked = asyncio.Event()
    provider = provide(3, locked.wait)
    waits, *others = [asyncio.create_task(put(ready, one)) for one in asked]
    await provider.all_there.wait()
    async with held(ready.gateway.database, HEAD, id=consent) as gate:
        path = f"/v1/consents/{consent}/revoke"
        revoking = asyncio.create_task(ready.client.post(path, headers=headers))
        await gate.waiting(1)
        locked.set()
        assert reasons(await asyncio.gather(*others)) == ["answered", "answered"]
        await gate.waiting(2)
        assert not waits.done()
    assert (await revoking).status_code == 200
    assert reasons([await waits]) == ["consent-revoked"]
    assert await rows(ready, STATES, ids=ids(asked)) == [("released", 1), ("settled", 1), ("settled", 1)]


async def test_a_proof_opens_one_relayed_question_of_a_group(ready, provide):
    mark = a_proof()
    provide(1)
    both = (put(ready, relayed(1), key, mark) for key in ("relayed-1", "relayed-2"))
    one, two = await asyncio.gather(*both, return_exceptions=True)
    assert (type(one), type(two), two.denial.reason) == (Answered, DeniedError, "invalid-dpop-proof")
    assert reasons([await put(ready, relayed(1), "relayed-2")]) == ["answered"]


async def test_a_key_that_comes_twice_in_a_group_is_asked_and_charged_once(ready, provide):
    provider = provide(1)
    asked = [relayed(1), relayed(1)]
    outcomes = await asyncio.gather(*(put(ready, one, "relayed twice") for one in asked))
    assert reasons(outcomes) == ["answered", "request-in-progress"]
    assert provider.asked == [str(asked[0].inquiry_id)]
    assert (await put(ready, relayed(1), "relayed twice")).replayed


async def test_a_group_whose_settlement_fails_has_charged_nobody_and_each_is_settled_by_itself(
    ready, provide, monkeypatch
):
    tell, sizes = answering.tell_evaluations, []

    async def fail_for_many(told):
        sizes.append(len(told))
        if len(told) > 1:
            raise OSError("too many")
        await tell(told)

    monkeypatch.setattr(answering, "tell_evaluations", fail_for_many)
    provide(2)
    asked = [relayed(1), relayed(2)]
    assert reasons(await together(ready, *asked)) == ["answered", "answered"]
    assert (sizes, await transactions(ready, asked)) == ([2, 1, 1], 2)
    assert await rows(ready, CHARGED, ids=ids(asked)) == [(1,), (1,)]


async def test_what_was_reserved_on_another_day_is_charged_on_that_day_by_itself(ready, provide, monkeypatch):
    admit = relaying._admit
    asked = [relayed(1), relayed(2)]

    async def admitted_yesterday(units, one):
        intent = await admit(units, one)
        day = intent.admission.day - timedelta(days=one.request is asked[1])
        return replace(intent, admission=replace(intent.admission, day=day))

    monkeypatch.setattr(relaying, "_admit", admitted_yesterday)
    provide(2)
    assert reasons(await together(ready, *asked)) == ["answered", "answered"]
    assert await transactions(ready, asked) == 2
    query = "SELECT day FROM quota_ledger WHERE inquiry_id = ANY(CAST(:ids AS uuid[])) ORDER BY inquiry_id"
    (today,), (before,) = await rows(ready, query, ids=ids(asked))
    assert today - before == timedelta(days=1)
