"""Two people have who stands at a level compared with lists; what is found is kept, and its digest is in the log."""

import asyncio
from uuid import UUID

import pytest

from gateway.console.workbook import write_workbook
from gateway.crosscheck.deciding import decide
from gateway.crosscheck.found import result_digest
from gateway.crosscheck.lists import take_list
from gateway.crosscheck.proposing import MOST_LISTS, Wanted, propose
from gateway.crosscheck.reading import read_check, read_checks
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.crosscheck.checks import ONE, OTHER, PURPOSE, a_list, decided, proposed, rows_of, taken
from tests.enterprises import uscc
from tests.gates import held
from tests.risk.founding import LENDER

NOBODY = ["account", "agency", "signatory", "platform", "operator", "system", "person"]


async def shown(gateway, check):
    async with gateway.units.begin("test.show", ONE) as work:
        return await read_check(work, check)


async def refused(of):
    with pytest.raises(DeniedError) as fault:
        await of
    return fault.value.denial.reason


async def test_who_is_on_which_list_is_found_and_kept(town, tmp_path):
    banks = await taken(town.gateway, a_list(tmp_path, uscc(621), uscc(623), uscc(900)))
    stability = await taken(town.gateway, a_list(tmp_path, uscc(621), uscc(LENDER), name="b.csv"), "人民银行")
    check = await proposed(town.gateway, lists=(banks, stability))
    done = await decided(town.gateway, check)
    assert (done.state, done.suspects, done.found) == ("done", 4, 2)
    found = {one.code: set(one.lists) for one in (await shown(town.gateway, check)).found}
    assert found == {uscc(621): {banks, stability}, uscc(LENDER): {stability}}
    assert done.result == result_digest(found.items())
    assert done.result != result_digest([(uscc(621), (banks,)), (uscc(LENDER), (stability,))])


@pytest.mark.parametrize(
    ("level", "kind", "number"),
    [("notice", None, 5), ("warning", None, 4), ("restriction", None, 2), ("warning", "distress", 3),
     ("restriction", "mass-involving", 1), ("notice", "private-lending", 0)],
)  # fmt: skip
async def test_a_level_and_a_type_say_who_is_compared(town, tmp_path, level, kind, number):
    one = await taken(town.gateway, a_list(tmp_path, *map(uscc, (621, 622, 623, 624, LENDER))))
    done = await decided(town.gateway, await proposed(town.gateway, lists=(one,), level=level, kind=kind))
    assert (done.suspects, done.found) == (number, number)


async def test_rows_that_cannot_be_used_are_told_with_their_place_and_hold_no_value(town, tmp_path):
    citizen = "110101199003078654"
    file = a_list(tmp_path, uscc(621), "", "9133*******", citizen, "not a code", uscc(621).lower(), name="bad.csv")
    one = await taken(town.gateway, file)
    rows = await rows_of(
        town.gateway, "SELECT place, code, fault FROM supervisor_list_row WHERE list_id = :id ORDER BY place", id=one
    )
    assert [tuple(row) for row in rows] == [
        (2, uscc(621), None), (3, None, "no-code"), (4, None, "masked"), (5, None, "person"),
        (6, None, "not-unified"), (7, None, "again"),
    ]  # fmt: skip


async def test_the_same_file_of_a_supervisor_is_the_same_list(town, tmp_path):
    file = a_list(tmp_path, uscc(622), name="same.csv")
    both = await asyncio.gather(taken(town.gateway, file), taken(town.gateway, file))
    assert both[0] == both[1]
    assert await taken(town.gateway, file, "另一部门") != both[0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("名称\n某公司\n", "没有代码列"),
        ("统一社会信用代码\n", "没有一行"),
        ("", "空"),
        ("PK\x03\x04x", "."),
    ],
)
async def test_what_is_no_list_is_refused(town, tmp_path, content, told):
    (tmp_path / "no.csv").write_text(content, "utf-8")
    with pytest.raises(DeniedError, match=told) as fault:
        await taken(town.gateway, tmp_path / "no.csv")
    assert fault.value.denial.reason == "crosscheck-list-refused"


async def test_a_workbook_is_a_list_as_well(town, tmp_path):
    file = tmp_path / "list.xlsx"
    file.write_bytes(
        write_workbook("名单", [["企业名称", "统一社会信用代码"], ["某公司", uscc(621)], ["某公司", "bad"]])
    )
    one = await taken(town.gateway, file)
    rows = await rows_of(
        town.gateway, "SELECT place, code, fault FROM supervisor_list_row WHERE list_id = :id ORDER BY place", id=one
    )
    assert [tuple(row) for row in rows] == [(2, uscc(621), None), (3, None, "not-unified")]


@pytest.mark.parametrize(("length", "sound"), [(1, False), (2, True), (80, True), (81, False)])
async def test_a_supervisor_is_named_in_so_many_characters(town, tmp_path, length, sound):
    named = taken(town.gateway, a_list(tmp_path, uscc(621)), "某" * length)
    assert isinstance(await named, UUID) if sound else await refused(named) == "invalid-request"


@pytest.mark.parametrize(("length", "sound"), [(3, False), (4, True), (500, True), (501, False)])
async def test_a_purpose_has_so_many_characters(town, tmp_path, length, sound):
    lists = (await taken(town.gateway, a_list(tmp_path, uscc(621))),)
    made = proposed(town.gateway, lists=lists, purpose="某" * length)
    assert isinstance(await made, UUID) if sound else await refused(made) == "invalid-request"


@pytest.mark.parametrize(("number", "sound"), [(MOST_LISTS - 1, True), (MOST_LISTS, True), (MOST_LISTS + 1, False)])
async def test_a_check_is_with_so_many_lists(town, tmp_path, number, sound):
    lists = [await taken(town.gateway, a_list(tmp_path, uscc(800 + n), name=f"{n}.csv")) for n in range(number)]
    made = proposed(town.gateway, lists=tuple(lists))
    assert isinstance(await made, UUID) if sound else await refused(made) == "invalid-request"


@pytest.mark.parametrize(("over", "sound"), [(-1, True), (0, True), (1, False)])
async def test_a_list_has_at_most_so_many_rows(town, tmp_path, monkeypatch, over, sound):
    monkeypatch.setattr("gateway.crosscheck.lists.MOST_ROWS", 10)
    file = a_list(tmp_path, *(uscc(700 + n) for n in range(10 + over)), name=f"{over}.csv")
    if sound:
        assert isinstance(await taken(town.gateway, file), UUID)
    else:
        assert await refused(taken(town.gateway, file)) == "crosscheck-list-refused"


async def test_whoever_proposed_does_not_decide_and_nothing_is_decided_twice(town, tmp_path):
    one = await taken(town.gateway, a_list(tmp_path, uscc(621)))
    check = await proposed(town.gateway, lists=(one,))
    client = Actor("reg-client", "auditor", person="person:reg-1")  # the same person by a client of theirs
    for actor in (ONE, client):
        assert await refused(decided(town.gateway, check, actor=actor)) == "crosscheck-other-person"
    office = Actor("auditor-1", "auditor")  # a client of nobody: it could be anybody's
    assert await refused(decided(town.gateway, check, actor=office)) == "person-unknown"
    assert (await decided(town.gateway, check, "reject")).state == "rejected"
    assert await refused(decided(town.gateway, check)) == "crosscheck-decided"
    assert (await shown(town.gateway, check)).found == []


async def test_of_two_who_decide_at_once_one_does(town, tmp_path):
    one = await taken(town.gateway, a_list(tmp_path, uscc(621)))
    check = await proposed(town.gateway, lists=(one,))
    third = Actor("person:reg-3", "auditor", person="person:reg-3")
    async with held(town.gateway.database, "SELECT FROM cross_check WHERE check_id = :id FOR UPDATE", id=check) as gate:
        both = [
            asyncio.create_task(decided(town.gateway, check, *how)) for how in (("approve", OTHER), ("reject", third))
        ]
        await gate.waiting(2)
    done = await asyncio.gather(*both, return_exceptions=True)
    (fault,) = [one for one in done if isinstance(one, DeniedError)]
    assert fault.denial.reason == "crosscheck-decided"


@pytest.mark.parametrize(
    "wanted",
    [{}, {"purpose": "短"}, {"lists": (UUID(int=1), UUID(int=1))}, {"lists": (UUID(int=1),) * (MOST_LISTS + 1)},
     {"counterpart": "bank-supervisor"}, {"learner": "gateway"},
     {"lists": (UUID(int=1),), "counterpart": "bank-supervisor", "learner": "gateway"}],
)  # fmt: skip
async def test_what_cannot_be_compared_is_not_proposed(town, wanted):
    assert await refused(proposed(town.gateway, **wanted)) == "invalid-request"


@pytest.mark.parametrize("counterpart", ["nobody", "auditor-1"])
async def test_what_there_is_not_is_not_proposed(town, counterpart):
    for wanted in ({"lists": (UUID(int=1),)}, {"counterpart": counterpart, "learner": "gateway"}):
        assert await refused(proposed(town.gateway, **wanted)) == "crosscheck-not-found"


@pytest.mark.parametrize("kind", NOBODY)
async def test_nobody_but_overseers_has_anything_compared(town, tmp_path, kind):
    file, somebody = a_list(tmp_path, uscc(621)), Actor("somebody", kind, person="person:somebody")
    check = await proposed(town.gateway, lists=(await taken(town.gateway, file),))
    async with town.gateway.units.begin("test.kinds", somebody) as work:
        for step in (
            take_list(work, "银行监管", file), propose(work, Wanted(PURPOSE, "warning")), read_checks(work, 1),
            read_check(work, check), decide(work, check, "approve", "同意"),
        ):  # fmt: skip
            assert await refused(step) == "insufficient-scope"
