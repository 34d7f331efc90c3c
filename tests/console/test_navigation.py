"""Where a page stands in the navigation: under the entry that holds most of its address."""

import pytest

from gateway.console.navigation import find_here


@pytest.mark.parametrize(
    ("role", "path", "entry"),
    [
        ("regulator", "/console/risks", "risks"), ("regulator", "/console/risks/learned", "risks"),
        ("auditor", "/console/risk-open", "risks"), ("auditor", "/console/risk-open/x", "risks"),
        ("auditor", "/console/subjects/91330302MA0042004D/risks", "risks"),
        ("auditor", "/console/subjects/91330302MA0042004D/tags", "movers"),
        ("regulator", "/console/risk-lead/enterprises", "risk-lead"),
        ("auditor", "/console/audit/entries/1", "audit/entries"), ("owner", "/console/enterprise", "enterprise"),
        ("owner", "/console/enterprise/records/of/x", "enterprise/records"), ("office", "/console/cases/1", "cases"),
    ],
)  # fmt: skip
def test_a_page_stands_under_the_entry_that_leads_to_it(role, path, entry):
    assert find_here(role, path).path == f"/console/{entry}"


@pytest.mark.parametrize("path", ["/console/riskier", "/console/subjects", "/consoles/cases", "/console/account"])
def test_a_page_that_none_leads_to_stands_under_none(path):
    assert find_here("office", path) is None
