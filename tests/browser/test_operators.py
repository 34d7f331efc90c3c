"""Those who run the instance: what needs them first, and a way to all that they look after."""

import pytest

PAGES = {
    "operator": ("operations", "institutions", "changes", "keys", "agencies", "signatories", "costs", "rates"),
    "system": ("operations", "sources", "platforms", "deliveries"),
}


@pytest.mark.parametrize("role", PAGES)
async def test_operators_find_how_the_whole_does_and_what_they_look_after(city, visit, look, role):
    page = await visit(role)
    await page.wait_for_url("**/console/operations")
    for name in PAGES[role]:
        await page.goto(f"{city.issuer}/console/{name}")
        assert await page.locator(".side a[aria-current]").count() == 1, name
        await look(page, f"{role}-{name}")


async def test_operators_read_the_whole_in_english_too(visit, look):
    page = await visit("operator", "/console/operations", language="en")
    await look(page, "operator-operations-en")
