"""Fixtures: one served city and one Chromium for all tests of a worker, and a visit of somebody to a page."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from gateway.people.guard import cookie_name
from tests import database_server
from tests.browser.chromium import CHROMIUM, OPTIONS
from tests.browser.city import City, fill, served
from tests.browser.look import WIDE, Watch, look

Visit = Callable[..., Awaitable[Page]]
PATIENCE_MS = 120_000  # other tests run beside these: what does not come at all is a failure, not what comes late


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def city(socket_folder, tmp_path_factory) -> AsyncIterator[City]:
    """A city over HTTP, with parties, records, inquiries and people: what a test adds to it, others see."""
    with database_server.fresh_database(socket_folder) as urls:
        async with served(urls, tmp_path_factory.mktemp("city"), share_credentials=True) as made:
            await fill(made)
            yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS, timeout=PATIENCE_MS)
        yield browser
        await browser.close()


@pytest.fixture
def watches() -> dict[Page, Watch]:
    """What was seen to go wrong in each page that a test opened."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def visit(city, chromium, watches) -> AsyncIterator[Visit]:
    """`await visit("auditor", "/console/audit", language="en")`: a page of a browser of one's own, as a role or nobody.

    `cookie` is that of a session other than the role's usual one.
    """
    contexts = []

    async def open_page(role: str = "", path: str = "/console", *, language: str = "zh", cookie: str = "") -> Page:
        context = await chromium.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        cookies = {"xinqiao-language": language}
        if role or cookie:
            cookies[cookie_name(city.gateway.settings)] = cookie or city.cookies[role]
        await context.add_cookies([{"name": k, "value": v, "url": city.issuer} for k, v in cookies.items()])
        page = await context.new_page()
        watches[page] = Watch()
        await watches[page].begin(page)
        await page.goto(city.issuer + path)
        return page

    yield open_page
    for context in contexts:
        await context.close()


@pytest.fixture(name="look")
def looked_at(watches) -> Callable[[Page, str], Awaitable[None]]:
    """`await look(page, "auditor-home")`: pictures in tests/browser/pictures, and no complaint of any kind.

    Complaints are those of the content policy, of scripts and requests, of axe-core (serious and critical), and of what
    stands out at 400 pixels. A page with a dialog open is looked at as it stands.
    """

    async def take(page: Page, name: str) -> None:
        await look(page, watches[page], name)

    return take
