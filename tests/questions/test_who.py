"""Who asked about an enterprise, as an auditor asks it: by each of its identities, filters and pages; and who may."""

import pytest
from sqlalchemy import text

from gateway.inquiries.questions import QuestionFilter
from gateway.questions.evidence import prove_who
from gateway.questions.who import Wanted, ask_who
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.enterprises import organisation, tax_number, uscc
from tests.questions.conftest import NEW, OLD, SHARED
from tests.stories import slug

OF_THE_FIRST = ["denied", "code", "consent", "answered", "purpose", "product"]


async def events(asked, query="TRUE"):
    async with asked.story.gateway.database.begin("test.events") as session:
        rows = await session.execute(
            text(f"SELECT event_id, type, actor, subject, outcome FROM audit_event WHERE {query} ORDER BY event_id")
        )
        return rows.all()


@pytest.mark.parametrize(
    "said",
    [uscc(1), uscc(1).lower(), f" {uscc(1)[:8]} {uscc(1)[8:]} ", organisation(1), tax_number(1), NEW, OLD],
    ids=["code", "lower case", "blanks", "organisation code", "tax number", "name", "former name"],
)
async def test_an_enterprise_is_found_by_all_it_is_and_was_known_by(asked, said):
    assert await asked.found(said) == OF_THE_FIRST


async def test_a_question_says_who_what_for_on_which_consent_and_how_it_ended(asked):
    answer = (await asked.who(uscc(1))).json()
    assert answer["subject"]["uscc"] == uscc(1)
    assert answer["subject"]["name"] == NEW
    assert answer["next"] is None
    found = {one["id"]: one for one in answer["questions"]}
    answered = found[asked.ids["answered"]]
    assert {name: answered[name] for name in ("institution", "account", "purpose", "products", "outcome")} == {
        "institution": "bank", "account": "bank-1", "purpose": "pre_loan", "products": ["score"], "outcome": "answered",
    }  # fmt: skip
    assert answered["consent"] == {"id": asked.ids["consent"], "version": 2}
    assert [one["type"] for one in answered["entries"]] == ["inquiry.answered", "inquiry.replayed"]
    assert [(one["content"]["outcome"], one["content"]["amount"]) for one in answered["usage"]] == [("granted", "1.00")]
    reasons = {name: found[asked.ids[name]]["reason"] for name in ("denied", "code", "purpose", "product")}
    assert reasons == {
        "denied": "consent-required", "code": "invalid-subject", "purpose": "consent-purpose-mismatch",
        "product": "unknown-product",
    }  # fmt: skip
    members = {frozenset(one) for one in answer["questions"]}
    assert len(members) == 1, "each question has the same members"
    assert "score" not in (await asked.who(uscc(1), outcome="answered")).text.replace('"score"', "")


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"institution": "nobank"}, "the nearest are bank"),
        ({"account": "bank-0"}, "the nearest are bank-1"),
        ({"since": "2027-01-02T00:00:00Z", "until": "2027-01-01T00:00:00Z"}, "since must be before until"),
    ],
)
async def test_a_filter_that_nothing_can_match_is_refused_with_the_nearest(asked, filters, said):
    answer = await asked.who(uscc(1), **filters)
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")
    assert said in answer.json()["detail"]
    assert answer.json()["invalid_params"][0]["name"] == f"query.{next(iter(filters))}"


async def test_what_was_asked_of_a_code_that_nobody_has_is_found_as_it_was_typed(asked):
    assert await asked.found(uscc(9)) == ["stranger"]
    assert (await asked.who(uscc(9))).json()["subject"] is None
    assert await asked.found(uscc(1)[:17] + "*") == ["typo"]
    assert await asked.found(uscc(8)) == []
    for said in ("没有人问过的公司", uscc(1)[:17] + "?"):
        unknown = await asked.who(said)
        assert (unknown.status_code, slug(unknown)) == (404, "subject-not-found")


async def test_what_was_typed_and_is_no_code_stands_nowhere_in_the_clear(asked):
    async with asked.story.gateway.database.begin("test.rows") as session:
        query = "SELECT uscc FROM inquiry WHERE outcome = 'invalid-subject' ORDER BY inquiry_id"
        code, typo = (await session.execute(text(query))).scalars().all()
    assert code == organisation(1)
    assert typo.startswith("hashed:v1:")


async def test_a_name_that_fits_several_is_answered_with_the_candidates(asked):
    answer = await asked.who(SHARED)
    assert (answer.status_code, slug(answer)) == (409, "subject-ambiguous")
    told = [(one["uscc"], one["former"]) for one in answer.json()["candidates"]]
    assert told == [(uscc(2), False), (uscc(3), True)]
    assert await asked.found(told[0][0]) == []


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"institution": "bank"}, ["consent", "answered", "purpose", "product"]),
        ({"account": "bank-2"}, ["denied", "code"]),
        ({"purpose": "renewal"}, ["purpose"]),
        ({"outcome": "denied"}, ["denied", "code", "purpose", "product"]),
        ({"outcome": "invalid-subject"}, ["code"]),
        ({"outcome": "answered", "institution": "bank"}, ["answered"]),
        ({"outcome": "failed"}, []),
        ({"outcome": "active"}, ["consent"]),
        ({"since": "2100-01-01T00:00:00Z"}, []),
        ({"until": "2100-01-01T00:00:00+08:00"}, OF_THE_FIRST),
    ],
)
async def test_each_filter_leaves_its_own(asked, filters, names):
    assert await asked.found(uscc(1), **filters) == names


@pytest.mark.parametrize(
    "filters",
    [
        {"purpose": "curiosity"},
        {"outcome": "grated"},
        {"limit": 0},
        {"limit": 501},
        {"since": "yesterday"},
        {"more": 1},
    ],
)
async def test_a_filter_that_nothing_can_match_is_refused(asked, filters):
    refused = await asked.who(uscc(1), **filters)
    assert refused.status_code == 400
    assert refused.json()["invalid_params"]


async def test_pages_follow_each_other_and_the_last_one_says_so(asked):
    everything = (await asked.who(uscc(1))).json()["questions"]
    for limit in (1, 5, 6, 7, 500):
        pages, after = [], {}
        while True:
            page = (await asked.who(uscc(1), limit=limit, **after)).json()
            assert len(page["questions"]) <= limit
            pages += page["questions"]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert pages == everything


async def test_that_it_was_asked_is_recorded_about_the_enterprise(asked):
    before = len(await events(asked))
    await asked.who(OLD)
    await asked.who(SHARED)
    await asked.who("没有人问过的公司")
    subject = (await asked.who(uscc(1))).json()["subject"]["subject"]
    left = (await events(asked))[before:]
    assert [(one.type, one.actor, one.subject, one.outcome) for one in left if one.type == "questions.read"] == [
        ("questions.read", "auditor-1", subject, "read"),
        ("questions.read", "auditor-1", None, "subject-ambiguous"),
        ("questions.read", "auditor-1", None, "subject-not-found"),
        ("questions.read", "auditor-1", subject, "read"),
    ]


async def test_entries_are_found_by_code_and_a_code_that_is_not_known_is_no_empty_list(asked):
    headers = await asked.story.headers("auditor-1")

    async def entries(subject):
        params = {"subject": subject, "type": "inquiry.answered"}
        return await asked.story.client.get("/v1/audit/entries", params=params, headers=headers)

    subject = (await asked.who(uscc(1))).json()["subject"]["subject"]
    by_id = (await entries(subject)).json()["entries"]
    assert len(by_id) == 1
    for said in (uscc(1), organisation(1), OLD):
        assert (await entries(said)).json()["entries"] == by_id
    unknown = await entries(uscc(9))
    assert (unknown.status_code, slug(unknown)) == (404, "subject-not-found")
    assert "/v1/audit/questions" in unknown.json()["detail"]
    assert slug(await entries(SHARED)) == "subject-ambiguous"


async def test_another_role_is_refused(asked):
    await asked.story.enrol("drc", "agency")
    for caller in ("bank-1", "s-1", "drc"):
        for refused in (await asked.who(uscc(1), caller), await asked.evidence(uscc(1), caller)):
            assert (refused.status_code, slug(refused)) == (403, "insufficient-scope")


@pytest.mark.parametrize(
    "kind", ["account", "agency", "signatory", "operator", "system", "platform", "person", "program"]
)
async def test_the_rule_stands_in_the_use_case(asked, kind):
    gateway = asked.story.gateway
    wanted = Wanted(uscc(1), QuestionFilter(), None, 10)
    async with gateway.units.begin("test.who", Actor("somebody", kind)) as work:
        for use_case in (ask_who, prove_who):
            with pytest.raises(DeniedError):
                await use_case(work, gateway.protector, wanted)


async def test_who_asked_is_answered_after_its_payloads_were_erased(asked):
    """The key of the enterprise's payloads is destroyed: who asked is still told, and nothing is recorded about it."""
    everything = await asked.found(uscc(1))
    subject = (await asked.who(uscc(1))).json()["subject"]["subject"]
    gone = text("UPDATE audit_dek SET wrapped_key = NULL, destroyed_at = now() WHERE subject_ref = :subject")
    back = text("UPDATE audit_dek SET wrapped_key = :key, destroyed_at = NULL WHERE subject_ref = :subject")
    async with asked.story.gateway.database.begin("test.erase", role="owner") as session:
        query = text("SELECT wrapped_key FROM audit_dek WHERE subject_ref = :subject")
        key = (await session.execute(query, {"subject": subject})).scalar_one()
        await session.execute(gone, {"subject": subject})
    try:
        assert await asked.found(uscc(1)) == everything
        assert (await events(asked, "type = 'questions.read'"))[-1].subject is None
    finally:
        async with asked.story.gateway.database.begin("test.restore", role="owner") as session:
            await session.execute(back, {"key": key, "subject": subject})
