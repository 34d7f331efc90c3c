"""The page of the interface: every operation, offline, without a script, each refusal a link that leads somewhere."""

import re
from html import unescape

import pytest

from tests.documented import document


@pytest.fixture
async def page(client):
    answer = await client.get("/reference")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return answer


async def test_it_runs_no_script_and_takes_nothing_from_elsewhere(page):
    policy = page.headers["content-security-policy"]
    assert ("default-src 'none'" in policy, "script" in policy, "<script" in page.text) == (True, False, False)
    assert re.findall(r'(?:href|src)="(?:https?:|//|/)', page.text) == []


async def test_every_operation_stands_there_with_its_summary_and_an_example(page):
    text = unescape(page.text)
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert f"<code>{method.upper()} {path}</code> {operation['summary']}" in text
    assert '"purpose": "pre_loan"' in text


async def test_every_link_leads_somewhere(client, page):
    for place in sorted(set(re.findall(r'href="([^"#]+)"', page.text))):
        assert (await client.get(f"/{place}")).status_code == 200, place
    named = set(re.findall(r'href="#([^"]+)"', page.text))
    assert named
    assert named <= set(re.findall(r'id="([^"]+)"', page.text))


async def test_what_stands_in_a_description_is_text(page):
    assert "{%" not in page.text
    ours = "!doctype html head meta title link body header span strong main h1 h2 p a code ul li section details"
    assert set(re.findall(r"</?([!a-z0-9]+)", page.text)) <= {
        *ours.split(),
        "summary",
        "table",
        "tr",
        "th",
        "td",
        "pre",
    }
