"""Two answers about one enterprise compared: what changed, of what both tell, and nothing of anybody else's."""

from uuid import UUID

from gateway.inquiries.comparing import compared
from gateway.inquiries.comparison import list_earlier
from gateway.inquiries.tables import Inquiry
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.inquiries.test_health import ago, ready, sheet_of  # noqa: F401 - what is asked about
from tests.inquiries.test_outputs import rules
from tests.records.penalties import penalties, penalty
from tests.stories import slug


async def compare(story, one, other, account="bank-1"):
    path = f"/v1/inquiries/{one['inquiry']}/compare/{other['inquiry']}"
    return await story.client.get(path, headers=await story.headers(account))


async def test_a_year_of_fines_shows_in_score_tags_and_category(ready):  # noqa: F811
    _, before = await sheet_of(ready, 3)
    same = (await compare(ready, before, (await sheet_of(ready, 3))[1])).json()
    assert (same["change"], same["tags"], same["health"]) == (0, [], [])
    await ready.push("drc", "penalty_general", penalties(*(penalty(3, f"CMP-{n}", on=ago(45)) for n in range(4))))
    _, after = await sheet_of(ready, 3)
    found = (await compare(ready, after, before)).json()
    assert found == (await compare(ready, before, after)).json()  # the earlier first, in whichever order
    assert (found["subject"], found["before"]["inquiry"], found["after"]["inquiry"]) == (
        uscc(3), before["inquiry"], after["inquiry"],
    )  # fmt: skip
    assert found["change"] == after["score"] - before["score"] < 0
    assert (found["same_card"], found["same_scope"]) == (True, True)
    tags = {one["tag"]: (one["before"], one["after"]) for one in found["tags"]}
    assert [told["value"] for told in tags["pen_cnt_1y"]] == [0, 4]
    assert "reg_capital" not in tags
    gained = [(one["after"]["points"] or 0) - (one["before"]["points"] or 0) for one in found["tags"]]
    assert sum(gained) == found["change"]  # the points of the tags that changed are the change of the score
    (line,) = found["health"]
    assert (line["category"], line["before"]["held"], line["after"]["held"]) == ("admin_penalty", 0, 4)
    assert (line["before"]["status"], line["after"]["status"]) == ("sound", "warning")


async def test_what_one_of_the_two_withholds_is_not_told(ready):  # noqa: F811
    _, whole = await sheet_of(ready, 1)
    await rules(ready, "banded")
    banded = (await ready.ask("bank-1", 1, product="health_check")).json()
    await rules(ready)
    found = (await compare(ready, whole, banded)).json()
    assert found["change"] is None
    assert {one["after"]["points"] for one in found["tags"]} <= {None}
    assert all("held" not in one["after"] for one in found["health"])
    score = (await ready.ask("bank-1", 1)).json()
    found = (await compare(ready, whole, score)).json()
    assert (found["tags"], found["health"], found["change"]) == (None, None, 0)


async def test_two_enterprises_one_answer_and_another_banks_are_not_compared(ready):  # noqa: F811
    one, other = (await ready.ask("bank-1", 1)).json(), (await ready.ask("bank-1", 2)).json()
    for pair in ((one, other), (one, one)):
        refused = await compare(ready, *pair)
        assert (refused.status_code, slug(refused)) == (409, "not-comparable")
    await ready.account("bank-2", "bank-two")
    await ready.consent("bank-2", 1)
    theirs = (await ready.ask("bank-2", 1)).json()
    for pair in ((one, theirs), (theirs, one)):
        refused = await compare(ready, *pair)
        assert (refused.status_code, slug(refused)) == (404, "inquiry-not-found")
    await ready.account("bank-1b", "bank")
    assert slug(await compare(ready, one, (await ready.ask("bank-1", 1)).json(), "bank-1b")) == "answer-not-yours"
    denied = await ready.ask("bank-1", 1, purpose="guarantee_review")
    assert slug(await compare(ready, one, denied.json())) == "inquiry-unanswered"


async def test_an_answer_without_a_score_is_offered_no_comparison(ready):  # noqa: F811
    await ready.ask("bank-1", 1)
    told = [(await ready.ask("bank-1", 1, **wish)).json() for wish in ({}, {"product": "public_record"})]
    async with ready.gateway.units.begin("test.earlier", OPERATOR) as work:
        rows = [await work.session.get(Inquiry, UUID(one["inquiry"])) for one in told]
        offered = [len(await list_earlier(work, row)) for row in rows]
    assert (offered[0] > 0, offered[1]) == (True, 0)


def test_answers_of_two_cards_or_scopes_say_so():
    told = {"inquiry": "1", "issued_at": "2026-01-01T00:00:00+00:00", "subject": "s", "model": "m", "score": 1,
            "tag_catalogue": {"digest": "d"}, "scope": {"tier": "detail", "mode": "VIEW"}}  # fmt: skip
    for changes, said in (
        ({}, (True, True)), ({"model": "n"}, (False, True)), ({"tag_catalogue": {"digest": "e"}}, (False, True)),
        ({"scope": {"tier": "basic", "mode": "VIEW"}}, (True, False)), ({"scope": {"tier": "detail", "mode": "STORE"}},
                                                                       (True, True)),
    ):  # fmt: skip
        found = compared(told, {**told, "inquiry": "2", **changes})
        assert (found["same_card"], found["same_scope"]) == said
