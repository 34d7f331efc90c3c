"""Networks small enough to be worked out by hand."""

import pytest

from tests.enterprises import uscc
from tests.network.holding import (
    GUARANTEES,
    HOLDERS,
    INVESTED,
    LEADERS,
    ask,
    deliver,
    firm,
    held,
    read_anew,
    register,
    shares,
)

WANG, LI = ("王某", "P-0001"), ("李某", "P-0002")
MASKED = ("赵某", "3303**********1234")
LISTED = [
    # A diamond: 10 holds 11 and 12, which hold 13.
    held(11, 10, "60"), held(11, WANG, "40"), held(12, 10, "50"), held(12, LI, "50"),
    held(13, 11, "40"), held(13, 12, "60"),
    # Two that hold one another.
    held(20, WANG, "60"), held(20, 21, "40"), held(21, 20, "50"), held(21, LI, "50"),
    # Three in a circle.
    held(30, 32, "100"), held(31, 30, "100"), held(32, 31, "100"),
    # A chain of four.
    held(41, 40, "100"), held(42, 41, "100"), held(43, 42, "100"), held(44, 43, "100"),
    # A person above two, one whose number is masked at two, one without a number.
    held(50, ("钱某", "P-0009"), "70"), held(51, ("钱某", "P-0009"), "80"),
    held(60, MASKED, "100"), held(61, MASKED, "100"), held(62, ("孙某", ""), "100"),
    # Amounts alone: a third each, and what is left over is cut.
    held(70, WANG, amount="1"), held(70, LI, amount="1"), held(70, 71, amount="1"),
    # Told by both sides, and by the one who invests alone.
    held(80, 81, "30"), held(80, LI, "70"),
]  # fmt: skip


@pytest.fixture(scope="module")
async def town(gateway, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists")
    await deliver(gateway, folder, "shareholder_contrib", HOLDERS, LISTED)
    invested = [
        (firm(81), uscc(81), firm(80), uscc(80), "55", "2020-01-01"),
        (firm(81), uscc(81), firm(82), uscc(82), "45", "2020-01-01"),
    ]
    await deliver(gateway, folder, "outbound_investment", INVESTED, invested)
    leaders = [
        (firm(50), uscc(50), "P-0009", "钱某", "法定代表人", "2020-01-01", ""),
        (firm(52), uscc(52), "P-0009", "钱某", "执行事务合伙人", "2020-01-01", ""),
        (firm(53), uscc(53), "P-0009", "钱某", "监事", "2020-01-01", "2021-12-31"),
    ]
    await deliver(gateway, folder, "ent_legal_rep", LEADERS, leaders)
    until = "2099-12-30"
    guaranteed = [(firm(50), uscc(50), "2024", "某银行", firm(90), "100万元", "2024-01-01", until)]
    await deliver(gateway, folder, "annual_report_guarantee", GUARANTEES, guaranteed)
    for number, address in ((11, "某路1号"), (12, "某路１号"), (13, "某路2号")):
        await register(gateway, folder, number, 住所=address)
    await read_anew(gateway)
    return gateway


async def test_shares_along_both_sides_of_a_diamond_are_added(town):
    told = await ask(town, 13)
    assert shares(told, "holders") == {
        firm(11): 400_000, firm(12): 600_000, _organisation(10): 240_000 + 300_000,
        _person(told, 11): 160_000, _person(told, 12): 300_000,
    }  # fmt: skip
    assert [(one["id"], one["share"], one["declared"]) for one in told["controllers"]] == [
        (_organisation(10), 540_000, False)
    ]
    assert told["control_share"] == 500_000


def _organisation(number):
    """An enterprise that was named by its code and is not on record is told by its organisation code."""
    return uscc(number)[8:17]


def _person(told, number):
    """The person who holds a share of an enterprise."""
    told_of = [one["from"] for one in told["edges"] if (one["kind"], one["to"]) == ("holds", uscc(number))]
    [person] = [one for one in told_of if one.startswith("person-")]
    return person


async def test_two_that_hold_one_another_are_a_circle_and_count_once(town):
    told = await ask(town, 20)
    assert told["circles"] == [[uscc(21)]]
    by = {one["to"]: one["from"] for one in told["edges"] if one["from"].startswith("person-")}
    assert {row["id"]: row["share"] for row in told["holders"]} == {
        by[uscc(20)]: 600_000, uscc(21): 400_000, by[uscc(21)]: 200_000,
    }  # fmt: skip
    assert [one["id"] for one in told["controllers"]] == [by[uscc(20)]]


async def test_three_in_a_circle_are_told_and_nobody_controls_them(town):
    told = await ask(town, 30)
    assert told["circles"] == [[uscc(32), uscc(31)]]
    assert {row["id"]: row["share"] for row in told["holders"]} == {uscc(32): 1_000_000, uscc(31): 1_000_000}
    assert told["controllers"] == []


async def test_of_a_chain_of_four_three_steps_are_told_and_where_it_is_cut(town):
    told = await ask(town, 44)
    assert [(row["id"], row["hops"], row["share"]) for row in told["holders"]] == [
        (uscc(43), 1, 1_000_000), (uscc(42), 2, 1_000_000), (uscc(41), 3, 1_000_000),
    ]  # fmt: skip
    assert {row["id"] for row in told["parties"] if row["more"]} == {uscc(41)}
    assert [(one["id"], one["more"]) for one in told["controllers"]] == [(uscc(41), True)]
    assert {row["id"]: row["hops"] for row in (await ask(town, 41))["holdings"]} == {
        uscc(42): 1, uscc(43): 2, uscc(44): 3,
    }  # fmt: skip


async def test_a_person_above_two_enterprises_is_one_party_and_has_no_name(town):
    told = await ask(town, 50)
    hops = {row["id"]: row["hops"] for row in told["parties"]}
    person = _person(told, 50)
    assert (hops[person], hops[uscc(51)], hops[uscc(52)]) == (1, 2, 2)
    assert uscc(53) not in hops  # whom they left in 2021
    assert "钱" not in str(told)
    assert ("leads", person, uscc(50), "legal_representative") in {
        (one["kind"], one["from"], one["to"], one["position"]) for one in told["edges"]
    }
    assert [(one["id"], one["declared"]) for one in (await ask(town, 52))["controllers"]] == [(person, True)]


async def test_whose_number_is_masked_or_missing_is_another_person_at_each_enterprise(town):
    assert [row["hops"] for row in (await ask(town, 60))["parties"]] == [0, 1]
    assert [row["hops"] for row in (await ask(town, 62))["parties"]] == [0, 1]


async def test_without_ratios_the_amounts_tell_and_what_is_left_over_is_cut(town):
    assert [row["share"] for row in (await ask(town, 70))["holders"]] == [333_333] * 3


async def test_a_holding_that_both_sides_tell_of_counts_once_as_the_register_has_it(town):
    assert {row["id"]: row["share"] for row in (await ask(town, 80))["holders"]}[uscc(81)] == 300_000
    assert {row["id"]: row["share"] for row in (await ask(town, 81))["holdings"]} == {
        uscc(80): 300_000, _organisation(82): 450_000,
    }  # fmt: skip


async def test_who_is_guaranteed_stands_near_and_holds_nothing(town):
    told = await ask(town, 50)
    [edge] = [one for one in told["edges"] if one["kind"] == "guarantees"]
    assert (edge["from"], edge["ends"], edge["share"]) == (uscc(50), "2099-12-31", None)
    assert edge["to"].startswith("enterprise-")


async def test_enterprises_at_one_address_are_counted_and_named(town):
    told = await ask(town, 11)
    assert told["same_address"]["number"] == 1
    assert [one["name"] for one in told["same_address"]["enterprises"]] == [firm(12)]
    assert (await ask(town, 13))["same_address"] == {"number": 0, "enterprises": []}
