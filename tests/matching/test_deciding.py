"""Two people give records to an enterprise, one says no, one takes back; nobody does it for another agency."""

import asyncio
from uuid import uuid4

import pytest

from connectors.records.column_rows import find_behind
from gateway.evidence.conservation import find_differences
from gateway.evidence.stored_check import check_stored
from gateway.matching.comparing import run_comparison
from gateway.matching.deciding import FROM, decide
from gateway.matching.reading import read_proposal, read_proposals
from gateway.records.erasure import erase_subject
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.worker import STEPS
from tests.actors import MACHINE, OPERATOR, SYSTEM
from tests.enterprises import uscc
from tests.gates import held, writes_to
from tests.matching.proposals import CLERK, SECOND, STRANGER, compared, finding, nameless, open_ids, propose, rows_of
from tests.records.penalties import penalties
from tests.records.test_acts import record_of
from tests.scores.holding import catch_up, column_store
from tests.stories import registration


async def act(gateway, actor, proposal, decision, reason="已核对原件"):
    async with gateway.units.begin("test.decide", actor) as work:
        return (await decide(work, proposal, decision, reason)).status


async def confirmed(gateway, proposal):
    assert await act(gateway, CLERK, proposal, "accept") == "accepted"
    assert await act(gateway, OPERATOR, proposal, "confirm") == "confirmed"


async def owner(gateway, document):
    found = await rows_of(
        gateway, "SELECT s.uscc, r.status FROM record r LEFT JOIN subject s USING (subject_id) "
        "WHERE r.business_key LIKE :key AND r.superseded_at IS NULL", key=f"{document}|%",
    )  # fmt: skip
    return tuple(found[0])


async def denied(gateway, actor, proposal, decision):
    with pytest.raises(DeniedError) as fault:
        await act(gateway, actor, proposal, decision)
    return fault.value.denial.reason


async def test_two_people_give_records_to_an_enterprise_and_later_ones_follow(story, monkeypatch):
    number, name, document, (proposal,) = await propose(story, monkeypatch)
    assert await act(story.gateway, CLERK, proposal, "accept") == "accepted"
    assert await owner(story.gateway, document) == (None, "unresolved")
    assert await denied(story.gateway, CLERK, proposal, "confirm") == "match-other-person"
    assert await act(story.gateway, OPERATOR, proposal, "confirm") == "confirmed"
    assert await owner(story.gateway, document) == (uscc(number), "resolved")
    await story.push("drc", "penalty_general", penalties(nameless(number, name, f"L{number}")))
    assert await owner(story.gateway, f"L{number}") == (uscc(number), "resolved")


async def test_another_clerk_of_the_agency_confirms_where_no_other_agency_is_concerned(story, monkeypatch):
    number, _, document, (proposal,) = await propose(story, monkeypatch)
    await act(story.gateway, CLERK, proposal, "accept")
    assert await act(story.gateway, SECOND, proposal, "confirm") == "confirmed"
    assert await owner(story.gateway, document) == (uscc(number), "resolved")


async def test_where_another_agency_has_records_of_the_name_an_operator_confirms(story, monkeypatch):
    number, name, document, (proposal,) = await propose(story, monkeypatch)
    abnormal = f"企业名称,统一社会信用代码,列入原因,列入日期\n{name},,未年报,2020-01-01\n"
    await story.push("market_regulation", "abnormal_operation", abnormal)
    await compared(story.gateway, monkeypatch)
    mine, theirs = await open_ids(story.gateway, number)
    assert await denied(story.gateway, CLERK, theirs, "accept") == "match-not-found"
    await act(story.gateway, CLERK, mine, "accept")
    assert await denied(story.gateway, SECOND, mine, "confirm") == "match-other-person"
    assert await act(story.gateway, OPERATOR, mine, "confirm") == "confirmed"
    assert await owner(story.gateway, document) == (uscc(number), "resolved")
    states = await rows_of(story.gateway, "SELECT status FROM match_proposal WHERE proposal_id = :id", id=theirs)
    assert states[0].status == "outdated"
    assert proposal not in {mine, theirs}


async def test_what_is_taken_back_is_nobodys_again_and_stays_so(story, monkeypatch):
    number, name, document, (proposal,) = await propose(story, monkeypatch)
    await confirmed(story.gateway, proposal)
    assert await act(story.gateway, CLERK, proposal, "take-back") == "taken_back"
    assert await owner(story.gateway, document) == (None, "unresolved")
    await STEPS["subjects"][0](story.gateway)
    await story.push("drc", "penalty_general", penalties(nameless(number, name, f"B{number}")))
    assert await owner(story.gateway, document) == (None, "unresolved")
    assert await owner(story.gateway, f"B{number}") == (None, "unresolved")
    await compared(story.gateway, monkeypatch)
    assert await open_ids(story.gateway, number) == []  # what people decided is not proposed again


async def test_tags_follow_both_ways(story, monkeypatch, tmp_path):
    number, _, _, (proposal,) = await propose(story, monkeypatch)
    store = column_store(tmp_path / "columns")
    for decision in (confirmed, lambda gateway, one: act(gateway, CLERK, one, "take-back")):
        await catch_up(story.gateway, store)
        await rows_of(story.gateway, "WITH gone AS (DELETE FROM score_due RETURNING 1) SELECT count(*) FROM gone")
        await decision(story.gateway, proposal)
        async with story.gateway.units.begin("test.behind", PROGRAM) as work:
            assert (await find_behind(work.session))[0] > 0
        await catch_up(story.gateway, store)
        due = await rows_of(story.gateway, "SELECT s.uscc FROM score_due d JOIN subject s ON s.number = d.subject")
        assert uscc(number) in {row.uscc for row in due}, decision


async def test_a_batch_that_looked_before_a_taking_back_leaves_nothing_with_the_enterprise(story, monkeypatch):
    number, name, _, (proposal,) = await propose(story, monkeypatch)
    await confirmed(story.gateway, proposal)
    async with held(story.gateway.database, writes_to("batch")) as gate:
        late = penalties(nameless(number, name, f"R{number}"))
        pushed = asyncio.create_task(story.push("drc", "penalty_general", late))
        await gate.waiting(1)
        assert await act(story.gateway, CLERK, proposal, "take-back") == "taken_back"
    await pushed
    assert await owner(story.gateway, f"R{number}") == (uscc(number), "resolved")
    await STEPS["subjects"][0](story.gateway)
    assert await owner(story.gateway, f"R{number}") == (None, "unresolved")
    async with story.gateway.units.begin("test.differences", PROGRAM) as work:
        assert await find_differences(work) == []


async def test_of_two_who_confirm_at_once_one_does(story, monkeypatch):
    _, _, _, (proposal,) = await propose(story, monkeypatch)
    await act(story.gateway, CLERK, proposal, "accept")
    query = "SELECT FROM match_proposal WHERE proposal_id = :id FOR UPDATE"
    async with held(story.gateway.database, query, id=proposal) as gate:
        both = [asyncio.create_task(act(story.gateway, actor, proposal, "confirm")) for actor in (OPERATOR, SECOND)]
        await gate.waiting(2)
    done = await asyncio.gather(*both, return_exceptions=True)
    assert [one for one in done if one == "confirmed"] == ["confirmed"]
    (fault,) = [one for one in done if isinstance(one, DeniedError)]
    assert fault.denial.reason == "match-decided"


async def test_no_means_no_for_one_or_for_all_and_can_be_looked_at_again(story, monkeypatch):
    number, name, document, _ = await propose(story, monkeypatch)
    other = registration(number + 500, 企业名称=f"乐清市{name}")
    await story.push("market_regulation", "ent_registration", other)
    await compared(story.gateway, monkeypatch)
    first, second = await open_ids(story.gateway, number)
    assert await act(story.gateway, CLERK, first, "reject") == "rejected"
    assert await open_ids(story.gateway, number) == [second]
    assert await act(story.gateway, CLERK, first, "reopen") == "open"
    assert await act(story.gateway, CLERK, second, "reject-all") == "rejected"
    await compared(story.gateway, monkeypatch)
    assert await open_ids(story.gateway, number) == []
    assert await owner(story.gateway, document) == (None, "unresolved")


STATES = {"open": (), "accepted": ("accept",), "confirmed": ("accept", "confirm"), "rejected": ("reject",),
          "taken_back": ("accept", "confirm", "take-back")}  # fmt: skip


@pytest.mark.parametrize("status", STATES)
async def test_each_decision_is_made_from_where_it_makes_sense_alone(story, monkeypatch, status):
    _, _, _, (proposal,) = await propose(story, monkeypatch)
    for step in STATES[status]:
        await act(story.gateway, OPERATOR if step == "confirm" else CLERK, proposal, step)
    for decision, states in FROM.items():
        if status not in states:
            assert await denied(story.gateway, OPERATOR, proposal, decision) == "match-decided", decision


OTHERS = [SYSTEM, PROGRAM, Actor("bank-1", "account", institution_id="bank"), Actor("a-1", "auditor")]


async def test_who_may_decide_and_see(story, monkeypatch):
    _, _, _, (proposal,) = await propose(story, monkeypatch)
    assert await denied(story.gateway, STRANGER, proposal, "accept") == "match-not-found"
    assert await denied(story.gateway, Actor("drc", "agency"), proposal, "accept") == "clerk-needed"
    for actor in OTHERS:
        wanted = {"clerk-needed"} if actor.kind == "auditor" else {"match-not-found"}
        assert {await denied(story.gateway, actor, proposal, "accept")} == wanted, actor.kind
    assert await denied(story.gateway, OPERATOR, uuid4(), "accept") == "match-not-found"
    for reason in ("", " x ", "x" * 501):
        with pytest.raises(DeniedError):
            await act(story.gateway, CLERK, proposal, "accept", reason)
    for actor in (SYSTEM, OTHERS[2]):
        async with story.gateway.units.begin("test.read", actor) as work:
            with pytest.raises(DeniedError):
                await read_proposals(work, story.gateway.protector)
    with pytest.raises(DeniedError):
        await run_comparison(story.gateway.units, story.gateway.protector, CLERK)


async def test_a_name_that_may_be_a_persons_is_read_by_its_agency_alone(story, monkeypatch):
    number, document = 8600, "P8600"
    name = f"宏达第{number}鞋业经营部"
    await story.push("market_regulation", "ent_registration", registration(number, 企业名称=f"温州市{name}"))
    await story.push("drc", "penalty_general", penalties(nameless(number, name, document)))
    with finding(monkeypatch):
        run = await run_comparison(story.gateway.units, story.gateway.protector, PROGRAM)
    assert run.proposals >= 1
    ids = await rows_of(story.gateway, "SELECT proposal_id FROM match_proposal p JOIN subject s USING (subject_id) "
                        "WHERE s.uscc = :code", code=uscc(number))  # fmt: skip
    seen = {}
    for actor in (CLERK, OPERATOR):
        async with story.gateway.units.begin("test.read", actor) as work:
            one, _ = await read_proposal(work, story.gateway.protector, ids[0].proposal_id)
            seen[actor.kind] = one.sample.name
    assert seen == {"agency": name, "operator": None}
    assert await record_of(story.gateway, document)


async def test_all_that_was_decided_is_what_the_log_says(story, monkeypatch):
    for steps in STATES.values():
        _, _, _, (proposal,) = await propose(story, monkeypatch)
        for step in steps:
            await act(story.gateway, OPERATOR if step == "confirm" else CLERK, proposal, step)
    async with story.gateway.units.begin("test.check", MACHINE) as work:
        checked = await check_stored(work, lambda _done, _all: None, tree=False)
    assert checked.findings.told == []
    assert min(checked.rows[name] for name in ("links", "match-runs", "match-proposals")) > 1


async def test_what_was_decided_agrees_with_the_log_after_the_enterprise_was_erased(story, monkeypatch):
    for steps in (STATES["confirmed"], STATES["taken_back"]):
        number, _, _, (proposal,) = await propose(story, monkeypatch)
        for step in steps:
            await act(story.gateway, OPERATOR if step == "confirm" else CLERK, proposal, step)
        async with story.gateway.units.begin("test.erase", OPERATOR) as work:
            await erase_subject(work, story.gateway.protector, uscc(number), "依法删除")
    async with story.gateway.units.begin("test.check", MACHINE) as work:
        assert (await check_stored(work, lambda _done, _all: None, tree=False)).findings.told == []
