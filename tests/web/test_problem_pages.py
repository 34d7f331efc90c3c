"""The address that a problem's `type` is: a page for people, JSON for programs."""

import re

import pytest

from gateway.web.error_table import ERRORS
from gateway.web.problems import MEDIA_TYPE


@pytest.fixture
async def problem(client):
    answer = await client.get("/v1/consents")
    assert answer.status_code == 401
    return answer.json()


async def test_the_type_of_a_problem_leads_to_a_page_about_it_in_both_languages(client, problem):
    page = await client.get(problem["type"], headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    row = ERRORS["unauthenticated"]
    places = [page.text.index(text) for text in (row.title_zh, row.title_en, "401", row.remedy_zh, row.remedy_en)]
    assert places == sorted(places)
    assert "<code>Authorization: Bearer</code>" in page.text
    assert "script-src" not in page.headers["content-security-policy"]


async def test_a_program_gets_the_same_as_json(client, problem):
    answer = (await client.get(problem["type"], headers={"Accept": "application/json"})).json()
    assert answer["slug"] == "unauthenticated"
    (error,) = answer["errors"]
    assert error["title"] == {"zh": "没有有效的访问令牌。", "en": "There is no valid access token."}
    assert error["document"]["type"] == problem["type"]


async def test_one_name_with_two_statuses_shows_both(client):
    answer = await client.get("/problems/consent-revoked", headers={"Accept": "application/json"})
    assert {error["status"] for error in answer.json()["errors"]} == {403, 409}


async def test_every_problem_has_a_page(client):
    for slug in {row.slug or reason for reason, row in ERRORS.items()}:
        page = await client.get(f"/problems/{slug}")
        assert page.status_code == 200
        assert f"<h1><code>{slug}</code></h1>" in page.text


async def test_an_unknown_problem_is_a_problem(client):
    answer = await client.get("/problems/<script>")
    assert (answer.status_code, answer.headers["content-type"]) == (404, MEDIA_TYPE)


async def test_the_page_finds_its_style_below_any_prefix(client):
    page = await client.get("/problems/not-found")
    (style,) = re.findall(r'href="(\S+\.css)"', page.text)
    assert not style.startswith("/")
    assert (await client.get(f"/problems/{style}")).status_code == 200
