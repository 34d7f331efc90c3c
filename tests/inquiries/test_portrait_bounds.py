"""A portrait tells no more than its published rules allow, and says where there is more; rules that make no sense are
refused.
"""

from datetime import date, timedelta
from uuid import UUID

import pytest

from connectors.records.portfolio import ShownRecord
from connectors.store.subjects import Subject
from gateway.inquiries.portrait.banding import BANDS, band_of, range_of
from gateway.inquiries.portrait.changes import filings, registration_changes, relation_changes
from gateway.inquiries.portrait.known import Delivered
from gateway.inquiries.portrait.network import network_members
from gateway.inquiries.portrait.parties import Called
from gateway.network.network_of import Controller, NetworkFound
from gateway.network.walks import WalkedEdge
from scoring_adapter.errors import CardError
from scoring_adapter.network.declared import RELATIONS
from scoring_adapter.network.shares import Total
from scoring_adapter.portrait_rules import load_rules, read_rules

RULES = load_rules()
DAY = date(2026, 11, 28)
CAME = Delivered(RELATIONS, RELATIONS, registered=True)
CALLED = {number: Called(f"enterprise-{number}", "enterprise") for number in range(1, 700)}


def edge(source, target, kind="holds", position=None, share=1):
    return WalkedEdge(kind, source, target, share, position, DAY, None)


def network(parties, edges=(), **more):
    """A network of so many parties, of which 1 is asked about."""
    return NetworkFound(
        1, Subject(UUID(int=1), "X", None), DAY, {}, {1: 0} | dict.fromkeys(range(2, parties + 1), 1), list(edges),
        more.pop("holders", {}), {}, more.pop("controllers", []), more.pop("circles", []), more.pop("beside", []),
        more.pop("beside_number", 0), cut=more.pop("cut", False),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("parties", "cut"), [(RULES.parties - 1, False), (RULES.parties, False), (RULES.parties + 1, True)]
)
def test_so_many_parties_are_told_the_nearest_first(parties, cut):
    told = network_members(network(parties), CALLED, RULES, CAME)
    assert (len(told["parties"]), told["cut"]) == (min(parties, RULES.parties), cut)
    assert told["parties"][0]["id"] == "enterprise-1"


@pytest.mark.parametrize(("edges", "cut"), [(RULES.edges - 1, False), (RULES.edges, False), (RULES.edges + 1, True)])
def test_so_many_relations_are_told(edges, cut):
    between = [edge(2 + at // 100, 110 + at % 100) for at in range(edges)]
    told = network_members(network(250, between), CALLED, RULES, CAME)
    assert (len(told["edges"]), told["cut"]) == (min(edges, RULES.edges), cut)


@pytest.mark.parametrize("number", [RULES.listed - 1, RULES.listed, RULES.listed + 1])
def test_of_each_list_so_many_are_told(number):
    parties = range(2, number + 2)
    found = network(
        number + 1, holders={party: Total(party, 1) for party in parties}, beside=list(parties), beside_number=number,
        controllers=[Controller(party, party, declared=True, beyond=False) for party in parties],
        circles=[(party,) for party in parties],
    )  # fmt: skip
    told, most = network_members(found, CALLED, RULES, CAME), min(number, RULES.listed)
    assert [len(told[name]) for name in ("holders", "controllers", "circles")] == [most] * 3
    assert (told["same_address"]["number"], len(told["same_address"]["enterprises"])) == (number, most)
    came = relation_changes([], [edge(party, 1) for party in parties], CALLED, RULES)
    assert (len(came["came"]), came["cut"]) == (most, number > RULES.listed)
    filed = [ShownRecord(UUID(int=at), "ent_change", 1, b"", {}, objected=False, event_date=DAY) for at in parties]
    told = filings(filed, DAY - timedelta(days=1), RULES, read=True)
    assert (told["number"], len(told["listed"])) == (number, most)


def test_of_what_was_not_delivered_or_may_not_be_read_nothing_is_said_and_none_only_where_it_is_known():
    def told(came, **more):
        return network_members(network(3, **more), CALLED, RULES, came)

    nothing = told(Delivered(RELATIONS, (), registered=False))
    assert set(nothing["known"].values()) == {"unknown"}
    assert [nothing[name] for name in ("holders", "holdings", "controllers", "circles")] == [None] * 4
    assert nothing["same_address"] == {"number": None, "enterprises": []}
    closed = told(Delivered((), RELATIONS, registered=True))
    assert set(closed["known"].values()) == {"withheld"}
    assert closed["holdings"] is None
    # Of a firm that is on record somebody is a holder; it need not have invested, nor stand surety.
    without = told(CAME)
    assert {name for name, known in without["known"].items() if known == "told"} == {
        "holdings", "guarantees", "same_address",
    }  # fmt: skip
    assert (without["holders"], without["holdings"], without["same_address"]["number"]) == (None, [], 0)
    held = told(CAME, holders={2: Total(1, 1)})
    assert (held["controllers"], held["circles"], held["known"]["leads"]) == ([], [], "unknown")
    led = told(CAME, edges=[edge(2, 1, "leads", "director"), edge(1, 3, "guarantees")])
    assert (led["known"]["leads"], led["known"]["guarantees"]) == ("told", "told")


def test_of_a_network_that_was_cut_while_it_was_walked_nothing_is_told_that_rests_on_the_whole():
    told = network_members(network(3, [edge(2, 1)], holders={2: Total(1, 1)}, cut=True), CALLED, RULES, CAME)
    assert [told[name] for name in ("holders", "holdings", "controllers", "circles")] == [None] * 4
    assert (len(told["parties"]), len(told["edges"]), told["cut"]) == (3, 1, True)


def test_what_came_what_ended_and_another_share_are_told_apart():
    before = [edge(2, 1, share=10), edge(3, 1), edge(4, 1, "leads", "director", None)]
    after = [edge(2, 1, share=20), edge(5, 1), edge(4, 1, "leads", "chairman", None)]
    told = relation_changes(before, after, CALLED, RULES)
    assert [(one["from"], one["position"]) for one in told["came"]] == [
        ("enterprise-5", None),
        ("enterprise-4", "chairman"),
    ]
    assert [(one["from"], one["position"]) for one in told["left"]] == [
        ("enterprise-3", None),
        ("enterprise-4", "director"),
    ]
    assert [(one["from"], one["before"], one["after"]) for one in told["shares"]] == [("enterprise-2", 10, 20)]


@pytest.mark.parametrize(("days", "number"), [(-1, 0), (0, 0), (1, 1)])
def test_a_filing_counts_from_the_day_after_the_beginning(days, number):
    on = DAY + timedelta(days=days)
    filed = ShownRecord(UUID(int=1), "ent_change", 1, b"", {"item_code": "scope"}, objected=False, event_date=on)
    told = filings([filed], DAY, RULES, read=True)
    assert told["number"] == number
    assert told["listed"] == ([{"item": "scope", "day": on.isoformat()}] if number else [])
    assert filings([filed], DAY, RULES, read=False) == {"status": "withheld", "number": None, "listed": []}
    assert filings([], DAY, RULES, read=True, fed=False) == {"status": "unknown", "number": None, "listed": []}


def registered(version=1, objected=False, **fields):
    return ShownRecord(UUID(int=version), "ent_registration", version, b"%d" % version, fields, objected=objected)


def test_a_registration_is_compared_with_the_one_on_record_then():
    then = registered(reg_capital="5000000.00", biz_scope="鞋", entity_name="甲", legal_rep_name="王某")
    now = registered(2, reg_capital="9000000.00", biz_scope="鞋", entity_name="甲", legal_rep_name="李某")
    told = registration_changes([then], [now], read=True)
    assert told["status"] == "compared"
    assert told["fields"] == [
        {"field": "reg_capital", "zh": "注册资本", "before": "5000000.00", "after": "9000000.00"}
    ]  # fmt: skip
    assert registration_changes([], [now], read=True)["status"] == "no-earlier-record"
    assert registration_changes([then], [registered(objected=True)], read=True)["status"] == "no-record"
    assert registration_changes([then], [now], read=False) == {"status": "withheld", "fields": []}


@pytest.mark.parametrize("share", [0, 1, 249_999, 250_000, 499_999, 500_000, 666_665, 666_666, 1_000_000])
def test_a_share_lies_in_the_range_of_its_band(share):
    least, below = range_of(band_of(share))
    assert least <= share
    assert below is None or share < below
    assert band_of(share) in BANDS


@pytest.mark.parametrize(
    "source",
    ["name: portrait", "[", "{name: portrait, version: 1, months: 0, parties: 1, edges: 1, listed: 1}",
     "{name: portrait, version: 1, months: 1, parties: 1, edges: 1, listed: 1, more: 1}"],
)  # fmt: skip
def test_rules_that_make_no_sense_are_refused(source):
    with pytest.raises(CardError):
        read_rules(source)


def test_the_least_rules_are_read():
    assert read_rules("{name: portrait, version: 1, months: 1, parties: 1, edges: 1, listed: 1}").listed == 1
