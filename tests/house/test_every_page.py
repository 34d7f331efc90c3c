"""Every page of the console as every role: shown to those it is meant for, refused to others in the shell; legible."""

import html
import re

import httpx
import pytest

from gateway.app import create_app
from gateway.console.navigation import NAVIGATION, find_here, home_of
from gateway.console.texts import load_texts
from gateway.people.guard import cookie_name
from tests.browser.city import PEOPLE, city_of, fill
from tests.house.pages import ANOTHERS, NO_PAGES, OPEN, PAGES, address
from tests.house.shown import faults_of
from tests.identities import add_proof
from tests.identity.test_routes import all_routes

KIB = 1024
WATCHED = (
    "/console/risk", "/console/cases/", "/console/sites/", "/console/subjects/", "/console/crosschecks/",
    "/console/joint-scans/",
)  # fmt: skip
FIRST_PAGE, ANY_PAGE = 300 * KIB, 600 * KIB
# Names in Latin letters because the city, or the catalogue, gave them so: people, accounts, files, mappings.
KNOWN = {
    "（bank）",
    "platform-1",
    "platform-2",
    "tax-list",
    "bank-1",
    "bank-2",
    "city",
    "auditor-2",
    "欠税.csv",
    "open-data",
    "five-force",
    "embedded",
    "standard",
    *(f"{role}-1" for role in PEOPLE),
}


@pytest.fixture(scope="module")
async def browser(gateway):
    """The service, as a browser reaches it."""
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway))
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as client:
        yield client


@pytest.fixture(scope="module")
async def city(gateway):
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway))
    hooks = {"request": [add_proof]}
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer, event_hooks=hooks) as client:
        made = city_of(gateway, client)
        await fill(made)
        return made


@pytest.fixture(scope="module")
def opened(city, browser):
    """Ask for a page as somebody of a role, or as nobody."""

    async def get(role: str, path: str, language: str = "zh") -> httpx.Response:
        cookies = {"xinqiao-language": language}
        if role:
            cookies[cookie_name(city.gateway.settings)] = city.cookies[role]
        header = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return await browser.get(address(path, city.ids), headers={"Accept": "text/html,*/*", "Cookie": header})

    return get


def test_every_page_says_for_whom_it_is(gateway):
    routes = all_routes(create_app(gateway.settings, gateway).routes)
    there = {route.path for route in routes if route.path.startswith("/console") and "GET" in route.methods}
    assert there == set(PAGES) | NO_PAGES


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_shown_to_those_it_is_meant_for_and_refused_to_others_in_the_shell(city, opened, path):
    for role in city.cookies:
        answer = await opened(role, path)
        if role in PAGES[path]:
            home = answer.headers.get("location", "").startswith("/console/")  # there is one page for them: on to it
            assert answer.status_code == 200 or home, (role, answer.text)
        elif role in ANOTHERS.get(path, ()):
            assert answer.status_code == 404, (role, answer.text)
        else:
            assert answer.status_code == 403, (role, answer.text)
            assert 'id="side"' in answer.text
            assert load_texts("zh").gettext("forbidden") in answer.text
    alone = await opened("", path)
    if path in OPEN:
        assert alone.status_code == 200
    else:
        assert alone.headers["location"].startswith("/console/sign-in?next=")


@pytest.mark.parametrize("role", NAVIGATION)
async def test_the_navigation_leads_to_pages_of_ones_own(city, opened, role):
    if role not in city.cookies:
        pytest.skip(f"nobody is {role} yet")
    assert (await opened(role, "/console")).headers["location"] == home_of(role)
    for group in NAVIGATION[role]:
        for entry in group.entries:
            answer = await opened(role, entry.path)
            assert answer.status_code in {200, 303}, entry.path
            assert "sign-in" not in answer.headers.get("location", ""), entry.path


@pytest.mark.parametrize("path", PAGES)
async def test_a_chinese_page_says_nothing_in_english_and_nothing_of_its_insides(city, opened, path):
    for role in sorted(PAGES[path] & set(city.cookies)):
        answer = await opened(role, path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert faults_of(answer.text, KNOWN) == [], role


@pytest.mark.parametrize("path", [path for path in PAGES if path.startswith(WATCHED)])
async def test_a_page_of_risks_cases_and_networks_says_where_it_stands(city, opened, path):
    for role in sorted(PAGES[path] & set(city.cookies)):
        answer = await opened(role, path)
        trail = re.search(r'<ol class="crumbs">(.*?)</ol>', answer.text, re.DOTALL)
        if not trail or path in {entry.path for group in NAVIGATION[role] for entry in group.entries}:
            continue  # a part of a page, or one that the navigation names
        *_, last = re.findall(r"<li>(.*?)</li>", trail[1])
        assert "<a" not in last, f"{role}: ends with what leads to it"
        links = re.findall(r'href="([^"]+)"', trail[1])
        entry = find_here(role, path)
        assert entry is not None
        assert entry.path in links, f"{role}: does not say of what"
        for link in links:
            assert (await opened(role, html.unescape(link))).status_code == 200, (role, link)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_shown_in_english_too(city, opened, path):
    for role in sorted(PAGES[path] & set(city.cookies))[:1]:
        answer = await opened(role, path, "en")
        if answer.status_code == 200 and "<html" in answer.text:  # others are files, or parts of a page
            assert '<html lang="en"' in answer.text


@pytest.mark.parametrize("path", ["/console/sign-in", *PAGES])
async def test_a_page_is_light(city, opened, browser, path):
    roles = sorted(PAGES.get(path, {""}) & {"", *city.cookies})
    for role in roles[:1]:
        answer = await opened(role, path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            sent = len(answer.content) + await sent_beside(browser, answer.text)
            first = path == "/console/sign-in" or path in {home_of(role) for role in city.cookies}
            assert sent <= (FIRST_PAGE if first else ANY_PAGE), f"{path}: {sent // KIB} KiB"


async def sent_beside(browser, html: str) -> int:
    """Return how many bytes a page's style sheets, scripts and icons are as they are sent."""
    total = 0
    for part in set(re.findall(r'(?:href|src)="(/static/[^"#]+)', html)):
        async with browser.stream("GET", part, headers={"Accept-Encoding": "br, gzip"}) as answer:
            assert answer.status_code == 200, part
            total += len(b"".join([piece async for piece in answer.aiter_raw()]))
    return total
