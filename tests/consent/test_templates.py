"""Templates: the most specific one rules, each of its bounds is one, and the shipped ones are sound."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from consent.checks import check_terms
from consent.errors import TemplateError
from consent.parts import Limit
from consent.templates import (
    SHIPPED_SINCE,
    choose_template,
    current_templates,
    find_breach,
    read_template,
    shipped_members,
    shipped_templates,
)
from consent.terms import PURPOSES, Terms
from tests.enterprises import uscc

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
TERMS = Terms(UUID(int=1), uscc(1), "bank", (), ("score",), "pre_loan", NOW, NOW + timedelta(days=30), None)
TEMPLATE = next(one for one in shipped_templates() if one.purpose == "pre_loan")


def test_there_is_a_shipped_template_for_every_purpose_and_it_allows_a_small_request():
    assert {one.purpose for one in shipped_templates()} == set(PURPOSES)
    for template in shipped_templates():
        terms = replace(TERMS, purpose=template.purpose, limits=template.frequency, data_life=template.usual_data_life)
        assert find_breach(template, terms) is None
        check_terms(terms, NOW)


@pytest.mark.parametrize(
    ("bound", "within", "beyond", "attribute"),
    [
        (
            {"validity": "P1M"}, {"valid_until": datetime(2026, 4, 30, 12, tzinfo=UTC)},
            {"valid_until": datetime(2026, 4, 30, 12, 0, 1, tzinfo=UTC)}, "valid_until",
        ),
        ({"data_life": "P30D"}, {"data_life": "P30D"}, {"data_life": "P1M"}, None),
        ({"data_life": "P30D"}, {"data_life": "P4W"}, {"data_life": "P31D"}, "data_life"),
        ({"frequency": (Limit(5, "M"),)}, {"limits": (Limit(5, "M"),)}, {"limits": (Limit(6, "M"),)}, "limits"),
        ({"frequency": (Limit(5, "M"),)}, {"limits": (Limit(5, "Y", "consent"),)}, {}, "limits"),
        ({"frequency": (Limit(5, "M"),)}, {"max_uses": 5}, {"limits": (Limit(1, "D"),)}, "limits"),
        ({"frequency": (Limit(5, "M"),)}, {"max_uses": 4}, {"limits": (Limit(5, "M", "consent"),)}, "limits"),
        ({"history": "P1M"}, {"data_from": date(2026, 3, 1)}, {"data_from": date(2026, 2, 27)}, "data_from"),
        ({"history": "P1Y"}, {"data_from": date(2025, 3, 31)}, {"data_from": date(2025, 3, 30)}, "data_from"),
        ({"history": "P1Y"}, {"data_from": date(2026, 3, 31)}, {}, "data_from"),
        ({"tiers": ("basic",)}, {"tier": "basic"}, {"tier": "detail"}, "tier"),
        ({"access_modes": ("VIEW",)}, {"access_mode": "VIEW"}, {"access_mode": "STORE"}, "access_mode"),
        ({"approvals": 2}, {"required_approvals": 3}, {"required_approvals": 1}, "required_approvals"),
    ],
)  # fmt: skip
def test_each_bound_is_one(bound, within, beyond, attribute):
    template = replace(TEMPLATE, **bound)
    assert find_breach(template, replace(TERMS, **within)) is None
    assert find_breach(template, replace(TERMS, **beyond)) == attribute


def test_what_is_specific_beats_what_is_for_all():
    own = replace(TEMPLATE, id="own", institution="bank")
    onetime = replace(TEMPLATE, id="onetime", fetch_type="ONETIME")
    score = replace(TEMPLATE, id="score", products=("score",))
    others = replace(TEMPLATE, id="others", institution="other")
    everything = [TEMPLATE, onetime, score, own, others]
    asked = ("pre_loan", "PERIODIC", ("score",))
    assert choose_template(everything, "bank", *asked).id == "own"
    assert choose_template(everything, "third", *asked).id == "score"
    assert choose_template(everything, "third", "pre_loan", "ONETIME", ("health_check",)).id == "onetime"
    assert choose_template(everything, "third", "pre_loan", "PERIODIC", ("health_check", "score")).id == "pre-loan"
    assert choose_template(everything, "bank", "subsidy", "PERIODIC", ("score",)) is None


def test_a_version_rules_from_its_moment_on():
    later = replace(TEMPLATE, version=2, effective_from=NOW, validity="P1M")
    assert current_templates([later, TEMPLATE], NOW - timedelta(microseconds=1)) == [TEMPLATE]
    assert current_templates([later, TEMPLATE], NOW) == [later]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("purpose",), "curiosity"), (("most", "validity"), "3 years"), (("most", "tiers"), []),
        (("most", "tiers"), ["all"]), (("most", "frequency"), [{"count": 0, "unit": "D", "alignment": "calendar"}]),
        (("most", "frequency"), [{"count": 1, "unit": "W", "alignment": "calendar"}]), (("most", "history"), "x"),
        (("usual", "data_life"), "P9Y"), (("usual", "fetch_type"), "OFTEN"), (("products",), ["gossip"]),
        (("approvals",), 0), (("approvals",), 6), (("notice",), None), (("version",), "x"),
    ],
)  # fmt: skip
def test_what_is_no_template_is_refused(path, value):
    members = json.loads(json.dumps(shipped_members()[0]))
    place = members
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(TemplateError):
        read_template(members, SHIPPED_SINCE)
