"""The catalogue on the console: open to every role, filtered by plain forms, nothing that the policy forbids."""

import re
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest

from connectors.catalogue.load import agencies, datasets, get_catalogue
from gateway.app import create_app
from gateway.people.roles import ROLES
from tests.identities import register
from tests.persons import HOUSES, signed_in

HOUSE_OF = {**HOUSES, "staff": {"institution": "bank"}}


@pytest.fixture
async def browser(gateway):
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as opened:
        yield opened


@pytest.fixture(scope="module")
async def reader(gateway):
    """A browser in which somebody is signed in."""
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as opened:
        await signed_in(gateway, opened, "reader-1", "regulator")
        yield opened


async def shown(browser, path="", **parameters):
    answer = await browser.get(f"/console/catalogue{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.text


def listed(page):
    return re.findall(r'<a href="/console/catalogue/(\w+)">', page)


async def everything(browser, **parameters):
    """The datasets of all pages of the list."""
    pages = [listed(await shown(browser, size=100, page=number, **parameters)) for number in (1, 2)]
    return {name for page in pages for name in page}


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_finds_the_catalogue_in_its_navigation(gateway, browser, role):
    if role == "staff":
        await register(gateway, "bank-1", "account", "bank")
    await signed_in(gateway, browser, f"{role}-c", role, **HOUSE_OF.get(role, {}))
    assert 'href="/console/catalogue"' in (await browser.get("/console/catalogue")).text
    assert await everything(browser) == set(datasets())
    assert "税务行政处罚" in await shown(browser, "/penalty_tax")


async def test_strangers_are_sent_to_the_sign_in_and_back_to_what_they_asked_for(browser):
    answer = await browser.get("/console/catalogue?agency=tax")
    assert (answer.status_code, answer.headers["location"]) == (
        303, "/console/sign-in?next=%2Fconsole%2Fcatalogue%3Fagency%3Dtax"
    )  # fmt: skip


async def test_the_list_is_filtered_by_name_agency_category_and_sharing(reader):
    of_tax = {name for name, one in datasets().items() if one.agency == "tax"}
    assert set(listed(await shown(reader, agency="tax", size=100))) >= of_tax
    assert set(listed(await shown(reader, agency="税务局", size=100))) == of_tax
    restricted = {name for name, one in datasets().items() if one.sharing == "restricted"}
    assert await everything(reader, sharing="restricted") == restricted
    page = await shown(reader, agency="税务局", category="行政处罚", sharing="public", name="处罚")
    assert listed(page) == ["penalty_tax"]
    none = await shown(reader, agency="税务局", category="司法诉讼")
    assert (listed(none), "没有符合条件的目录" in none) == ([], True)
    odd = await reader.get("/console/catalogue", params={"agency": '"><b>'})
    assert (odd.status_code, "<b>" in odd.text) == (200, False)
    for wrong in ({"sharing": "secret"}, {"sort": "nothing"}, {"page": "0"}):
        assert (await reader.get("/console/catalogue", params=wrong)).status_code == 400


async def test_the_list_is_sorted_and_goes_out_as_a_file(reader):
    fields = [len(datasets()[name].fields) for name in listed(await shown(reader, sort="-fields"))]
    assert fields == sorted(fields, reverse=True)
    file = await reader.get("/console/catalogue", params={"export": "csv"})
    assert len(file.text.splitlines()) == len(datasets()) + 1


async def test_each_category_is_counted_and_leads_to_its_datasets(reader):
    page = await shown(reader)
    links = re.findall(r'<li><a href="(/console/catalogue\?category=[^"]+)">([^<]+)</a> <small>(\d+)</small>', page)
    counted = {get_catalogue().categories[one.category].zh for one in datasets().values()}
    assert {title for _, title, _ in links} == counted
    href, title, number = links[0]
    found = listed((await reader.get(unescape(href))).text)
    assert (len(found), {get_catalogue().categories[datasets()[name].category].zh for name in found}) == (
        int(number), {title}
    )  # fmt: skip


async def test_a_clerk_finds_the_forms_of_their_own_agency(gateway, browser):
    await signed_in(gateway, browser, "clerk-t", "clerk", agency="tax")
    page = (await browser.get("/console/templates")).text
    of_tax = {name for name, one in datasets().items() if one.agency == "tax"}
    assert set(listed(page)) == of_tax
    assert f"/console/catalogue/{min(of_tax)}/template.xlsx" in page


async def test_a_datasets_rows_have_a_schema(reader):
    answer = await reader.get("/console/catalogue/penalty_tax/schema.json")
    rows = answer.json()["items"]
    assert answer.headers["content-type"].startswith("application/schema+json")
    assert set(rows["properties"]) == {"entity_name", "uscc", *datasets()["penalty_tax"].fields}
    required = {name for name, field in datasets()["penalty_tax"].fields.items() if field.required}
    assert set(rows["required"]) == {"entity_name", *required}
    assert (await reader.get("/console/catalogue/nothing/schema.json")).status_code == 404


async def test_a_dataset_shows_its_fields_promise_disclosure_and_mappings(reader):
    page = await shown(reader, "/penalty_general")
    for field in datasets()["penalty_general"].fields.values():
        assert field.zh in page
    for word in ("至少每 7 天", "至该字段所载之日：公示截止期", "万元", "个体工商户时属个人信息", "失效后 10 年"):
        assert word in page, word
    mapped = await shown(reader, "/tax_arrears")
    for word in ("open-data（第 1 版）", "欠税金额(元)"):
        assert word in mapped, word
    assert "为空时从文字中取罚款数：处罚结果" in await shown(reader, "/penalty_tax")
    missing = await reader.get("/console/catalogue/nothing")
    assert (missing.status_code, "没有此页" in missing.text) == (404, True)


async def test_every_page_is_whole_in_both_languages(reader):
    try:
        for language in ("en", "zh"):
            answer = await reader.get(f"/console/language/{language}?next=/console/catalogue?agency=tax")
            assert answer.headers["location"] == "/console/catalogue?agency=tax"
            for name, dataset in datasets().items():
                page = unescape(await shown(reader, f"/{name}"))
                assert getattr(dataset.title, language) in page
                assert getattr(agencies()[dataset.agency], language) in page
    finally:
        reader.cookies.delete("xinqiao-language")


class Policed(HTMLParser):
    """Notes what a strict content policy would block."""

    def __init__(self):
        super().__init__()
        self.blocked = []

    def handle_starttag(self, tag, attributes):
        from_here = tag == "script" and str(dict(attributes).get("src")).startswith("/static/")
        if tag in {"script", "style", "iframe"} and not from_here:
            self.blocked.append(tag)
        self.blocked += [name for name, _ in attributes if name == "style" or name.startswith("on")]


async def test_the_pages_hold_no_script_and_no_style_of_their_own(reader):
    for path in ("", "/penalty_tax"):
        judge = Policed()
        judge.feed(await shown(reader, path))
        assert judge.blocked == []
