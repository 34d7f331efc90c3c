"""Portraits asked for over HTTP: what stands in one is worked out by hand, and nobody's name is among it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from connectors.model.calendar import day_of
from gateway.inquiries.answers import ANSWER_TYPE
from gateway.inquiries.portrait.banding import BANDS, band_of
from gateway.inquiries.portrait.rules import load_portrait_sheet
from gateway.inquiries.replay import hindrance, replay_inquiry
from gateway.records.erasure import erase_subject
from gateway.runtime.actor import Actor, at_this_machine
from scoring_adapter.scorecard import load_scorecard
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import verify_jws
from tests.enterprises import uscc
from tests.inquiries.test_outputs import leaves, rules
from tests.network.holding import GUARANTEES, HOLDERS, INVESTED, LEADERS, deliver, firm, held, read_anew
from tests.records.penalties import penalties, penalty
from tests.stories import as_csv, registration

AUDITOR = Actor("auditor-1", "auditor")
TODAY = day_of(datetime.now(UTC))
WANG, LI, ZHAO = ("王某", "P-0001"), ("李某", "P-0002"), ("赵某", "P-0003")
NAMES = "王李赵"
RECENT = (TODAY - timedelta(days=30)).isoformat()
LISTED = [
    # 2 holds half of 1, and a person the rest; 2 is held by the same person and by 3, which 1 holds: a circle.
    held(1, 2, "50"), held(1, WANG, "40"), held(1, LI, "10", since=RECENT),
    held(2, WANG, "60"), held(2, 3, "40"), held(3, 1, "100"),
    held(5, WANG, "100"), held(6, WANG, "100"),  # others of the same person
    held(4, 90, "70"),  # of somebody who is not on record
]  # fmt: skip
CHANGED = ("企业名称", "统一社会信用代码", "变更事项", "变更事项代码", "变更前内容", "变更后内容", "变更日期")


@pytest.fixture
async def ready(story, tmp_path):
    if "s-1" in story.keys:
        return story
    for number in (1, 2, 3, 4, 5, 6):
        await story.push(
            "market_regulation",
            "ent_registration",
            registration(number, 住所=f"某路{number % 3 if number < 6 else 9}号"),
        )
    await story.feeds()
    filed = [(firm(1), uscc(1), "法定代表人变更", "法定代表人", ZHAO[0], WANG[0], RECENT),
             (firm(1), uscc(1), "经营范围变更", "经营范围", "鞋", "鞋、帽", "2019-01-01")]  # fmt: skip
    await story.push("market_regulation", "ent_change", as_csv(CHANGED, *filed))
    await story.push("drc", "penalty_general", penalties(penalty(1, "R1"), penalty(1, "R2")))
    await deliver(story.gateway, tmp_path, "shareholder_contrib", HOLDERS, LISTED)
    invested = [(firm(1), uscc(1), firm(4), uscc(4), "30", "2020-01-01")]
    await deliver(story.gateway, tmp_path, "outbound_investment", INVESTED, invested)
    leads = [(firm(1), uscc(1), "P-0001", "王某", "法定代表人", "2020-01-01", ""),
             (firm(1), uscc(1), "P-0003", "赵某", "监事", "2020-01-01", RECENT),
             (firm(2), uscc(2), "P-0003", "赵某", "法定代表人", "2020-01-01", "")]  # fmt: skip
    await deliver(story.gateway, tmp_path, "ent_legal_rep", LEADERS, leads)
    guaranteed = [(firm(1), uscc(1), "2024", "某银行", firm(5), "100万元", "2024-01-01", "2099-12-30")]
    await deliver(story.gateway, tmp_path, "annual_report_guarantee", GUARANTEES, guaranteed)
    await read_anew(story.gateway)
    for account, bank in (("bank-1", "bank"), ("other-1", "other")):
        await story.account(account, bank)
        await story.consent(account, 1, products=["portrait", "score"])
    await story.consent("bank-1", 1, products=["portrait"], purpose="renewal", categories=["registration"])
    await story.consent("bank-1", 1, products=["portrait"], purpose="subsidy", data_from="2020-01-01")
    await story.enrol("auditor-1", "auditor")
    return story


async def portrait(story, account="bank-1", **more):
    answer = await story.ask(account, 1, product="portrait", **more)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert verify_jws(told["answer"], story.gateway.keys.publics("answer"), ANSWER_TYPE)["inputs"] == told["inputs"]
    assert not set(NAMES) & set(answer.text)
    assert (await again(story, told)).outcome == "equal"
    return told


async def again(story, told):
    async with story.gateway.units.begin("test.replay", AUDITOR) as work:
        made = await replay_inquiry(work, UUID(told["inquiry"]))
    assert made.differences == () or made.outcome == "different"
    return made


async def test_the_network_is_what_is_worked_out_by_hand(ready):
    told = await portrait(ready)
    assert told["inputs"] == sha256_hex(canonical_bytes(told["basis"]))
    network = told["network"]
    assert (network["status"], network["hops"], network["cut"]) == ("told", 3, False)
    hops = {one["id"]: one["hops"] for one in network["parties"]}
    assert {uscc(number): hops[uscc(number)] for number in (1, 2, 3, 4, 5)} == {
        uscc(1): 0, uscc(2): 1, uscc(3): 1, uscc(4): 1, uscc(5): 1,
    }  # fmt: skip
    names = {one["id"]: one["name"] for one in network["parties"]}
    assert (names[uscc(2)], names["person-1"]) == (firm(2), None)
    edges = {(one["kind"], one["from"], one["to"]): one for one in network["edges"]}
    # Who holds 40 percent leads it too: the same person, by number; 2 is led by somebody else, which is not public.
    [wang] = [one for kind, one, to in edges if kind == "leads" and to == uscc(1)]
    assert edges["holds", wang, uscc(1)]["share"] == 400_000
    assert edges["holds", wang, uscc(2)]["share"] == 600_000
    assert not [one for one in edges if one[0] == "leads" and one[2] == uscc(2)]
    assert edges["guarantees", uscc(1), uscc(5)]["share"] is None
    holders = {one["id"]: one["share"] for one in network["holders"]}
    assert holders[wang] == 400_000 + 500_000 * 600_000 // 1_000_000
    assert holders[uscc(2)] == 500_000
    assert {one["id"]: one["share"] for one in network["holdings"]} == {
        uscc(3): 1_000_000, uscc(2): 400_000, uscc(4): 300_000,
    }  # fmt: skip
    assert [(one["id"], one["share"], one["declared"]) for one in network["controllers"]] == [(wang, 700_000, False)]
    assert network["circles"] == [[uscc(2), uscc(3)]]
    assert network["same_address"]["number"] == 1
    assert [one["id"] for one in network["same_address"]["enterprises"]] == [uscc(4)]
    assert {one["what"] for one in network["not_computable"]} == {"same_telephone", "concert_parties"}
    # 90 is not on record: it has a number.
    [unknown] = [one["from"] for one in network["edges"] if one["to"] == uscc(4) and one["share"] == 700_000]
    assert unknown.startswith("enterprise-")


async def test_a_person_is_an_end_and_leads_to_nothing_else_of_theirs(ready):
    network = (await portrait(ready))["network"]
    # 5 is in it since 1 guarantees for it; 6, which is that person's too, is not.
    assert not any(one["more"] for one in network["parties"] if one["kind"] == "person")
    assert {one["id"] for one in network["parties"]} == {
        *(uscc(number) for number in (1, 2, 3, 4, 5)), "enterprise-1", "person-1", "person-2",
    }  # fmt: skip


async def test_changes_are_who_came_and_left_what_is_registered_and_what_was_filed(ready):
    changes = (await portrait(ready))["changes"]
    assert changes["from"] < changes["to"]
    assert changes["to"] == TODAY.isoformat()
    came = {(one["kind"], one["share"]) for one in changes["relations"]["came"]}
    left = [(one["kind"], one["position"]) for one in changes["relations"]["left"]]
    assert ("holds", 100_000) in came
    assert left == [("leads", "supervisor")]
    assert changes["registration"] == {"status": "no-earlier-record", "fields": []}
    assert changes["filed"] == {"status": "told", "number": 1, "listed": [{"item": "legal_rep", "day": RECENT}]}


async def test_the_six_dimensions_have_their_points_and_what_stands_behind_them(ready):
    told = await portrait(ready)
    lines = {one["dimension"]: one for one in told["dimensions"]}
    assert list(lines) == list(load_scorecard().card.dimensions)
    scored = load_scorecard().card.base + sum(one["points"] or 0 for one in lines.values())
    assert told["score"] == scored
    violation = lines["litigation_violation"]
    [penalties_behind] = [one for one in violation["behind"] if one["category"] == "admin_penalty"]
    assert penalties_behind["held"] == 2
    assert violation["points"] < 0
    assert lines["market"] == {
        "dimension": "market", "name": lines["market"]["name"], "status": "unknown", "points": None,
        "computed": [0, lines["market"]["computed"][1]], "held": 0, "latest": None, "behind": [],
    }  # fmt: skip
    sheet = load_portrait_sheet()
    assert told["sheet"] == {"name": "portrait", "version": 1, "digest": sheet.digest}
    assert told["basis"]["sheet"] == sheet.digest
    assert hindrance(told, load_scorecard()) == ""
    stale = {**told, "basis": {**told["basis"], "sheet": "0" * 64}}
    assert "画像规则" in hindrance(stale, load_scorecard())


async def test_a_consent_to_some_data_or_days_tells_no_more_of_the_network(ready):
    told = await portrait(ready, purpose="renewal", categories=["registration"])
    kinds = {one["kind"] for one in told["network"]["edges"]}
    assert kinds == {"leads"}
    assert told["network"]["same_address"]["number"] == 1
    assert told["changes"]["filed"]["status"] == "withheld"
    told = await portrait(ready, purpose="subsidy", data_from="2020-01-01")
    assert told["network"] == {"status": "withheld"}
    assert told["changes"]["relations"] == {"status": "withheld"}
    assert told["changes"]["registration"]["status"] == "withheld"


async def test_in_bands_there_is_no_share_no_point_and_no_count(ready):
    whole = await portrait(ready)
    await rules(ready, "banded", products=("portrait",))
    told = await portrait(ready)
    assert {"dimensions.figures", "network.shares", "changes.values", "score"} <= set(told["policy"]["withheld"])
    shares = {value for name, value in leaves(told["network"]) if name == "share"}
    assert shares <= {*BANDS, None}
    assert {"half", "two-thirds"} <= shares
    assert [set(one) for one in told["dimensions"]] == [{"dimension", "name", "status"}] * 6
    assert len(told["network"]["edges"]) == len(whole["network"]["edges"])
    await rules(ready, "flag", 500, products=("portrait",))
    told = await portrait(ready)
    assert not {"network", "changes", "dimensions"} & set(told)
    for member in ("dimensions", "network", "changes"):
        await rules(ready, left_out=[member, "objected"], products=("portrait",))
        told = await portrait(ready)
        assert member not in told
        assert told["policy"]["withheld"] == sorted([member, "objected"])
    assert "objected" not in {name for name, _ in leaves({**told, "policy": None})}
    await rules(ready, products=("portrait",))


@pytest.mark.parametrize(
    ("share", "band"),
    [(None, None), (0, "none"), (1, "less"), (249_999, "less"), (250_000, "quarter"), (499_999, "quarter"),
     (500_000, "half"), (666_665, "half"), (666_666, "two-thirds"), (1_000_000, "two-thirds")],
)  # fmt: skip
def test_a_share_lies_in_one_band(share, band):
    assert band_of(share) == band


async def test_in_outline_nothing_stands_behind_the_score(ready):
    told = await portrait(ready, tier="basic")
    assert not {"network", "changes", "dimensions", "reasons"} & set(told)
    assert told["score"] is not None


async def test_what_is_read_later_changes_nothing_of_what_was_answered_until_it_is_erased(ready, tmp_path):
    told = await portrait(ready, "other-1")
    later = [held(1, LI, "100"), *(row for row in LISTED if row[1] != uscc(1))]
    await deliver(ready.gateway, tmp_path, "shareholder_contrib", HOLDERS, later)
    await ready.push("market_regulation", "ent_registration", registration(2, 企业名称="瓯海第2帽业有限公司"))
    await read_anew(ready.gateway)
    assert (await again(ready, told)).outcome == "equal"
    anew = await portrait(ready, "other-1")
    assert anew["basis"]["reading"] > told["basis"]["reading"]
    assert anew["network"]["circles"] == []
    async with ready.gateway.units.begin("test.erase", at_this_machine()) as work:
        await erase_subject(work, ready.gateway.protector, uscc(1), "当事人申请")
    made = await again(ready, told)
    assert (made.outcome, made.differences) == ("not-replayable", ())
    assert "personal data" in made.why
