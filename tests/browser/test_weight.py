"""How many bytes a home is on its first visit, as they are sent: all that a browser fetches before anybody scrolls."""

import pytest

from gateway.people.roles import ROLES

MOST = 300 * 1024


@pytest.mark.parametrize("role", ["", *ROLES])
async def test_a_first_page_is_light(city, visit, role):
    page = await visit(role, "/static/icon.svg")  # nothing of a page yet
    network = await page.context.new_cdp_session(page)
    await network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    await page.goto(f"{city.issuer}/console", wait_until="networkidle")
    assert len(sizes) > 5
    assert sum(sizes) <= MOST, f"{page.url}: {sum(sizes) / 1024:.0f} KiB"
