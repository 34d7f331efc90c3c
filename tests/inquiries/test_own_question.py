"""One question about an enterprise, the newest first, its proof; and what an enterprise is told of without asking."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from audit.entry_proof import verify_tlog_proof
from gateway.identity.key_routes import public_keys
from gateway.inquiries.own_questions import review_own_questions
from gateway.inquiries.questions import QuestionFilter
from gateway.inquiries.unusual import MANY_INSTITUTIONS, RECENT, find_unusual
from gateway.worker import publish_head, take_in
from tests.inquiries.test_own_questions import asked, read
from tests.owners import acting_for
from tests.stories import slug

__all__ = ["asked"]
NOON, NOW = datetime(2026, 11, 20, 4, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC)  # noon in Beijing


async def newest(story, number, most=10, **wanted):
    async with story.gateway.units.begin("test.newest", acting_for("owner", number)) as work:
        return (await review_own_questions(work, QuestionFilter(**wanted), most)).questions


async def get(story, who, question, part=""):
    return await story.client.get(f"/v1/questions/{question}{part}", headers=await story.headers(who))


async def test_the_newest_come_first_however_many_are_wanted_and_by_every_filter(asked):
    story, number, _ = asked
    found = (await read(story, f"s-{number}"))["questions"][::-1]
    assert await newest(story, number) == found
    assert [await newest(story, number, most) for most in (1, 2)] == [found[:1], found[:2]]
    later = datetime.fromisoformat(found[1]["asked_at"])
    filters = {
        ("outcome", "denied"): found[2:], ("outcome", "active"): found[1:2], ("institution", "bank"): found,
        ("institution", "bank-two"): [], ("purpose", "renewal"): [], ("since", later): found[:2],
        ("until", later): found[2:],
    }  # fmt: skip
    for (name, value), expected in filters.items():
        assert await newest(story, number, **{name: value}) == expected, name


async def test_one_question_is_shown_with_its_place_in_the_log_and_proved_offline(asked):
    story, number, _ = asked
    denied = (await read(story, f"s-{number}"))["questions"][0]
    before = (await get(story, f"s-{number}", denied["question"])).json()
    assert before == {**denied, "number": None}
    assert slug(await get(story, f"s-{number}", denied["question"], "/proof")) == "not-yet-proved"
    await take_in(story.gateway)
    await publish_head(story.gateway)
    shown = (await get(story, f"s-{number}", denied["question"])).json()
    file = await get(story, f"s-{number}", denied["question"], "/proof")
    entry, _ = verify_tlog_proof(file.text, public_keys(story.gateway.units)["audit"])
    assert (entry.index, entry.leaf["id"], entry.leaf["outcome"]) == (
        shown["number"],
        denied["entry"],
        denied["reason"],
    )
    assert denied["question"] in file.headers["content-disposition"]


async def test_a_request_for_consent_is_one_of_them(asked):
    story, number, consent = asked
    assert (await get(story, f"s-{number}", consent)).json()["kind"] == "consent-request"


async def test_the_entry_of_what_is_between_others_is_not_given(asked):
    story, number, _ = asked
    await story.consent("bank-2", number)
    assert slug(await story.ask("bank-2", number)) == "quota-exceeded"
    await take_in(story.gateway)
    await publish_head(story.gateway)
    question = (await newest(story, number, 1))[0]
    answer = await get(story, f"s-{number}", question["question"], "/proof")
    assert (answer.status_code, slug(answer)) == (403, "question-between-others")


@pytest.mark.parametrize("around", [-1, 1])
async def test_the_id_before_or_behind_is_none(asked, around):
    story, number, _ = asked
    first = UUID((await read(story, f"s-{number}"))["questions"][0]["question"])
    for other in (UUID(int=first.int + around), uuid4(), UUID(int=0)):
        assert slug(await get(story, f"s-{number}", other)) == "question-not-found"


@pytest.mark.parametrize(("hour", "expected"), [(13, 0), (14, 1), (21, 1), (22, 0)])  # 21, 22, 5 and 6 in Beijing
def test_night_is_from_ten_to_six_in_beijing(hour, expected):
    assert find_unusual([(NOON.replace(hour=hour), "a")], NOW).at_night == expected


def test_many_institutions_are_told_from_three_on_within_thirty_days():
    few = [(NOON, str(number)) for number in range(MANY_INSTITUTIONS - 1)]
    assert not find_unusual(few * 5, NOW).many
    assert find_unusual([*few, (NOW - RECENT, "z")], NOW).many
    assert not find_unusual([*few, (NOW - RECENT - timedelta(seconds=1), "z")], NOW).many
