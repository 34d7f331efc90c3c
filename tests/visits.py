"""Pages visited over HTTP as a browser does it: by one person or several, forms sent, what waits approved."""

from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from sqlalchemy import text

from gateway.app import create_app
from tests.persons import csrf, same_site, signed_in

HTML = {"Accept": "text/html"}
WAITING = text("SELECT change_id FROM change WHERE status = 'waiting'")


def client_of(gateway, **more) -> httpx.AsyncClient:
    """Return a client of the service on an open instance."""
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer, **more)


async def visited(town, person, path, role="regulator", language="zh", **more) -> tuple[int, str]:
    """Sign in and open one page; return its status and its text."""
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, person, role, **more)
        browser.cookies.set("xinqiao-language", language)
        answer = await browser.get(path, headers=HTML)
    return answer.status_code, answer.text


@asynccontextmanager
async def browsers_of(gateway, people):
    """A browser for each of these people, by their names, signed in; of each the role, and where they belong."""
    async with AsyncExitStack() as stack:
        opened = {}
        for name, (role, house) in people.items():
            opened[name] = await stack.enter_async_context(client_of(gateway))
            await signed_in(gateway, opened[name], name, role, **house)
        yield opened


async def send(browser, path, **form) -> httpx.Response:
    """Send a form."""
    return await browser.post(path, data={"csrf": await csrf(browser), **form}, headers=same_site(browser))


async def waiting_change(gateway):
    """Return the id of the one change that waits to be approved."""
    async with gateway.database.begin("test.change") as session:
        return (await session.execute(WAITING)).scalar_one()


async def approve(gateway, asker, approver) -> str:
    """Have another approve what waits, once the one who asked could not; return the page that was looked at."""
    change = await waiting_change(gateway)
    shown = (await approver.get(f"/console/changes/{change}")).text
    assert (await send(asker, f"/console/changes/{change}/approve")).status_code == 409
    assert (await send(approver, f"/console/changes/{change}/approve")).status_code == 303
    return shown
