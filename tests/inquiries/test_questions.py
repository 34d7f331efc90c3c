"""Who asked about an enterprise: every question that named one of its codes, in order, page by page, by each filter."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from connectors.store.subjects import find_subject
from gateway.inquiries.questions import _INQUIRIES, QuestionFilter, codes_of, list_questions
from tests.enterprises import uscc
from tests.stories import registration, today


@pytest.fixture(scope="module")
def asked():
    return {}


@pytest.fixture
async def questions(story, asked):
    """Two banks ask about enterprise 1: a denial, a request, an answer with what became of it, a denial of purpose.

    Enterprise 2 is known and asked about by nobody; 3 is not known, and asked about.
    """
    if not asked:
        for number in (1, 2):
            await story.push("market_regulation", "ent_registration", registration(number))
        await story.account("bank-1", "bank")
        await story.account("bank-2", "other-bank")
        asked["denied"] = (await story.ask("bank-2", 1)).json()["inquiry"]
        asked["consent"] = (await story.consent("bank-1", 1))["consent"]
        asked["answered"] = (await story.ask("bank-1", 1)).json()["inquiry"]
        told = {"inquiry": asked["answered"], "outcome": "granted", "amount": "1.00", "decided_on": today()}
        reported = await story.client.post("/v1/usage-results", json=told, headers=await story.headers("bank-1"))
        assert reported.status_code == 201
        asked["purpose"] = (await story.ask("bank-1", 1, purpose="renewal", consent=asked["consent"])).json()["inquiry"]
        asked["unknown"] = (await story.ask("bank-1", 3)).json()["inquiry"]
    return asked


async def find(story, number=1, after=None, limit=10, **filters):
    async with story.gateway.database.begin("test.questions") as session:
        subject = await find_subject(session, "uscc", uscc(number))
        codes = await codes_of(session, subject) if subject else [uscc(number)]
        return await list_questions(session, codes, QuestionFilter(**filters), after, limit, datetime.now(UTC))


async def test_denied_answered_and_requested_stand_in_one_list(story, questions):
    found = await find(story)
    assert [str(one.id) for one in found] == [questions[name] for name in ("denied", "consent", "answered", "purpose")]
    assert [(one.kind, one.institution, one.outcome, one.reason) for one in found] == [
        ("inquiry", "other-bank", "denied", "consent-required"),
        ("consent-request", "bank", "active", None),
        ("inquiry", "bank", "answered", None),
        ("inquiry", "bank", "denied", "consent-purpose-mismatch"),
    ]
    answered, denied = found[2], found[3]
    assert (answered.account, answered.products, answered.purpose, answered.units) == (
        "bank-1", ("score",), "pre_loan", 1,
    )  # fmt: skip
    assert (str(answered.consent[0]), answered.consent[1]) == (questions["consent"], 2)
    assert (str(denied.consent[0]), denied.consent[1]) == (questions["consent"], None)
    assert [(one.version, one.content["outcome"]) for one in answered.usage] == [(1, "granted")]


async def test_what_was_asked_about_an_unknown_enterprise_is_found_by_its_code(story, questions):
    assert [str(one.id) for one in await find(story, 3)] == [questions["unknown"]]
    assert await find(story, 2) == []


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"institution": "other-bank"}, ["denied"]),
        ({"account": "bank-1"}, ["consent", "answered", "purpose"]),
        ({"purpose": "renewal"}, ["purpose"]),
        ({"outcome": "answered"}, ["answered"]),
        ({"outcome": "denied"}, ["denied", "purpose"]),
        ({"outcome": "consent-required"}, ["denied"]),
        ({"outcome": "active"}, ["consent"]),
        ({"outcome": "failed"}, []),
        ({"outcome": "requested"}, []),
    ],
)
async def test_each_filter_leaves_its_own(story, questions, filters, names):
    assert [str(one.id) for one in await find(story, **filters)] == [questions[name] for name in names]


async def test_a_period_begins_with_its_first_instant_and_ends_before_its_last(story, questions):
    everything = await find(story)
    for place, one in enumerate(everything):
        assert await find(story, since=one.asked_at) == everything[place:]
        assert await find(story, until=one.asked_at) == everything[:place]
        assert await find(story, since=one.asked_at, until=one.asked_at + timedelta(microseconds=1)) == [one]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
async def test_pages_of_any_size_give_each_once(story, questions, size):
    pages, after = [], None
    while page := await find(story, after=after, limit=size):
        assert len(page) <= size
        pages += page
        after = page[-1].id
    assert pages == await find(story)


async def test_the_question_reads_its_own_rows_alone(story, questions):
    """On a filled table the plan goes by the index on the code, whatever else is asked."""
    async with story.gateway.database.begin("test.plan", role="owner") as session:
        await session.execute(text("""
            INSERT INTO inquiry (inquiry_id, account, institution, uscc, product, purpose, provider, state, outcome,
                                 units, created_at, settled_at, event_id)
            SELECT (left(inquiry_id::text, 18) || substr(gen_random_uuid()::text, 19))::uuid, 'bank-9', 'bank-nine',
                   'code-' || n % 2000, product, purpose, provider, 'denied', 'consent-required', 0, created_at,
                   created_at, event_id FROM inquiry, generate_series(1, 5000) n WHERE uscc = :code
            """), {"code": uscc(3)})  # fmt: skip
        await session.execute(text("ANALYZE inquiry"))
        asked = {**vars(QuestionFilter(purpose="pre_loan")), "codes": [uscc(1)], "after": None, "most": 10}
        plan = "\n".join((await session.execute(text(f"EXPLAIN {_INQUIRIES.text}"), asked)).scalars())
        filled = (await session.execute(text("SELECT DISTINCT tableoid::regclass::text FROM inquiry"))).scalars().all()
        await session.rollback()
    for partition in filled:
        assert f"Seq Scan on {partition}" not in plan, plan
        assert f"Index Scan on {partition}_uscc_inquiry_id_idx" in plan, plan
