"""Agencies that deliver, as the tests beside this need them."""

import httpx
import pytest

from gateway.app import create_app
from tests.agencies import access, get, keys, push, rows
from tests.persons import signed_in

__all__ = ["access", "get", "keys", "push", "rows"]


@pytest.fixture(scope="module")
async def open_browser(gateway):
    """Open a browser of somebody of a role, who is signed in."""
    opened = []

    async def browser(person, role, **more):
        transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
        opened.append(httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer))
        await signed_in(gateway, opened[-1], person, role, **more)
        return opened[-1]

    yield browser
    for one in opened:
        await one.aclose()


@pytest.fixture(scope="module")
async def clerk(open_browser):
    """A browser of a clerk of the first agency."""
    return await open_browser("clerk-u", "clerk", agency="tax")
