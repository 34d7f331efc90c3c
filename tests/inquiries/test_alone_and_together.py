"""A denial is the same however the question comes: alone, in a group of many, and as a row of a batch.

One scene for each reason of the error table that a question can meet by itself; what is left out says where it is.
"""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from gateway.inquiries.operations import DENIALS
from tests.consents.test_cases import Enterprise, own_template
from tests.consents.test_consents import rewrite
from tests.enterprises import uscc
from tests.stories import registration, slug

NUMBERS = count(900)
SCENES = {}
# Denials that no question meets here, and where they are tried.
ELSEWHERE = {
    **dict.fromkeys(
        ("consent-lapsed", "consent-expired", "consent-mandate-ended"), "by the clock: tests/consent/test_decision.py"
    ),
    "consent-invalidated": "two officers: tests/consents/test_cases.py",
    "separate-consent-required": "tests/consent/test_scope.py",
    "obligation-overdue": "tests/inquiries/test_obligations.py",
    "provider-not-narrowed": "tests/inquiries/test_policy.py",
    **dict.fromkeys(
        ("intermediary-suspended", "intermediary-required", "delegation-ended"),
        "tests/inquiries/test_intermediaries.py",
    ),
    "person-suspended": "who asks at the console: tests/inquiries/test_through.py",
    **dict.fromkeys(
        (one for one in DENIALS if one.startswith(("account-", "institution-", "agreement-", "abnormal-"))),
        "whoever is stopped is refused before the question is read: tests/identity, tests/abnormal",
    ),
}  # fmt: skip
IDS = {"inquiry", "instance", "request_id", "batch"}
SECONDS = {"retry-after", "ratelimit"}  # they count down
OF_THE_ANSWER = {"content-length", "date", "x-request-id", "server-timing", "traceparent", "dpop-nonce"}


def scene(reason, **asked):
    def keep(prepare):
        SCENES[reason] = (prepare, asked)
        return prepare

    return keep


def plain(reason, **asked):
    @scene(reason, **asked)
    async def _(here):
        return await here.consent()


for _reason, _asked in {
    "consent-purpose-mismatch": {"purpose": "post_loan"}, "consent-scope-exceeded": {"product": "health_check"},
    "unknown-product": {"product": "gossip"}, "unknown-purpose": {"purpose": "curiosity"},
    "unknown-provider": {"provider": "oracle"}, "unknown-category": {"categories": ["gossip"]},
    "unknown-source": {"sources": ["nobody"]}, "unknown-view": {"product": "records", "view": "nobody-s-view"},
}.items():  # fmt: skip
    plain(_reason, **_asked)


@scene("consent-required")
async def _(_here):
    return None


@scene("duty-basis-required", duty="nobody-s-duty")
async def _(_here):
    return None


@scene("consent-not-found")
async def _(_here):
    return {"consent": str(uuid4())}


@scene("consent-pending")
async def _(here):
    return (await here.request()).json()


@scene("consent-rejected")
async def _(here):
    consent = (await here.request()).json()
    await here.decide(consent, "reject")
    return consent


@scene("consent-paused")
async def _(here):
    consent = await here.consent()
    await here.change(consent, "pause")
    return consent


@scene("consent-revoked")
async def _(here):
    consent = await here.consent()
    await here.change(consent, "revoke")
    return consent


@scene("consent-superseded")
async def _(here):
    old = await here.consent()
    until = (datetime.now(UTC) + timedelta(days=200)).isoformat()
    await here.decide((await here.request(supersedes=old["consent"], valid_until=until)).json())
    return old


@scene("consent-range-exceeded")
async def _(here):
    return await here.consent(data_from="2025-01-01")


@scene("consent-mode-not-permitted", mode="STORE")
async def _(here):
    return await here.consent(access_mode="VIEW")


@scene("consent-template-breached")
async def _(here):
    here.bank = "late-9"
    await here.story.account("late-9", "late-nine")
    consent = await here.consent()
    await own_template(here, "late-nine", "late-nine", validity="P1D")
    return consent


@scene("consent-frequency-exceeded")
async def _(here):
    consent = await here.consent(limits=[{"count": 1, "unit": "Y", "alignment": "consent"}])
    assert (await here.ask(consent)).status_code == 200
    return consent


@scene("consent-not-yet-valid")
async def _(here):
    return await here.consent(valid_from=(datetime.now(UTC) + timedelta(days=1)).isoformat())


@scene("consent-uses-exhausted")
async def _(here):
    consent = await here.consent(max_uses=1)
    assert (await here.ask(consent)).status_code == 200
    return consent


@scene("consent-subject-mismatch")
async def _(here):
    other = Enterprise(here.story, next(NUMBERS))
    return await other.consent()


@scene("consent-ambiguous")
async def _(here):
    await here.consent()
    await here.consent()


@scene("consent-integrity-failed")
async def _(here):
    consent = await here.consent()
    await rewrite(
        here.story, consent, "terms = convert_to(replace(convert_from(terms, 'UTF8'), 'limits', 'limitx'), 'UTF8')"
    )
    return consent


@scene("quota-exceeded")
async def _(here):
    here.bank = "full-9"
    await here.story.account("full-9", "full-nine", per_day=0)
    return await here.consent()


@scene("product-not-entitled")
async def _(here):
    here.bank = "none-9"
    await here.story.enrol("none-9", "account", institution_id="none-nine")
    return await here.consent()


@scene("subject-not-found")
async def _(here):
    here.number = next(NUMBERS)  # of which no agency has told anything
    return await here.consent()


@scene("invalid-subject", subject=f"{uscc(1)[:-1]}*")
async def _(here):
    return await here.consent()


@pytest.fixture(scope="module")
def prepared():
    """Who asks what in each scene, and how it was answered alone."""
    return {}


@pytest.fixture
async def scenes(story, prepared):
    """Every scene set, with what its question says; and an account that is answered."""
    if not prepared:
        await story.account("bank-1", "bank")
        for reason, (prepare, asked) in SCENES.items():
            here = Enterprise(story, next(NUMBERS))
            await story.push("market_regulation", "ent_registration", registration(here.number))
            consent = await prepare(here)
            said = {"subject": uscc(here.number), "product": "score", "purpose": "pre_loan", **asked}
            prepared[reason] = here.bank, said | ({"consent": consent["consent"]} if consent else {})
        await story.push("market_regulation", "ent_registration", registration(899))
        await story.consent("bank-1", 899)
    return prepared


async def ask(story, headers, said):
    more = {"Idempotency-Key": str(uuid4()), **headers}
    return await story.client.post("/v1/inquiries", json=said, headers=more)


async def headers_of(story, scenes):
    return {who: await story.headers(who) for who in {who for who, _ in scenes.values()}}


def told(answer):
    """What was told: status, body but ids, headers but what counts down and what belongs to one answer."""
    body = {name: value for name, value in answer.json().items() if name not in IDS}
    kept = {name: value for name, value in answer.headers.items() if name not in OF_THE_ANSWER}
    heads = {name: re.sub(r"\bt=\d+|^\d+$", "n", value) if name in SECONDS else value for name, value in kept.items()}
    return answer.status_code, body, heads


def test_every_denial_of_a_question_has_its_scene_or_says_where_it_is_tried():
    assert set(SCENES) | set(ELSEWHERE) == set(DENIALS)
    assert not set(SCENES) & set(ELSEWHERE)


async def test_a_denial_in_a_group_of_many_is_the_one_told_alone(story, scenes):
    headers = await headers_of(story, scenes)
    alone = {reason: await ask(story, headers[who], said) for reason, (who, said) in scenes.items()}
    assert {reason: slug(answer) for reason, answer in alone.items()} == {reason: reason for reason in scenes}
    sound = {"subject": uscc(899), "product": "score", "purpose": "pre_loan"}
    asked = [(headers[who], said) for who, said in scenes.values()]
    answers = await asyncio.gather(*(ask(story, *each) for each in asked + [(headers["bank-1"], sound)] * 4))
    many, others = dict(zip(scenes, answers, strict=False)), answers[len(asked) :]
    assert [one.status_code for one in others] == [200] * 4
    for reason, answer in many.items():
        assert told(answer) == told(alone[reason]), reason
    ids = [UUID(answer.json()["inquiry"]) for answer in answers]
    async with story.gateway.database.begin("test.together", role="owner") as session:
        query = text("SELECT count(DISTINCT xmin::text) FROM inquiry WHERE inquiry_id = ANY(:ids)")
        transactions = (await session.execute(query, {"ids": ids})).scalar_one()
    assert transactions < len(ids) / 2, "they did not come together"


async def test_a_denial_of_a_row_is_the_one_told_alone(story, scenes):
    headers = await headers_of(story, scenes)
    for who in headers:
        rows = {reason: said for reason, (asking, said) in scenes.items() if asking == who}
        batch = await story.client.post(
            "/v1/inquiries:batch", json={"questions": list(rows.values()), "partial": True},
            headers={"Idempotency-Key": str(uuid4()), **headers[who]},
        )  # fmt: skip
        assert batch.status_code == 200, batch.text
        for (reason, said), row in zip(rows.items(), batch.json()["items"], strict=True):
            status, body, _ = told(await ask(story, headers[who], said | {"mode": "STORE"}))
            assert (row["outcome"], row["units"]) == (reason, 0)
            problem = {name: value for name, value in row["problem"].items() if name not in IDS}
            assert (problem, problem["status"]) == (body, status), reason
