"""What questions cost and how fast they may be asked: read wide, narrow and in both languages; set by the keyboard."""

import pytest

from gateway.people.guard import cookie_name

PAGES = {
    "operator": {
        "costs": "costs", "costs/score": "cost", "rates": "rates", "rates?scope=account&id=bank-1": "rates-of-one",
        "rates?scope=account&id=nobody": "rates-of-nobody", "rates/set?scope=account&id=bank-1&measure=rate": "rate",
    },
    "auditor": {"costs": "costs"},
    "staff": {"costs": "costs", "quota": "quota"},
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", PAGES)
async def test_costs_and_rates_are_read_by_those_they_are_for(city, visit, look, role, language):
    page = await visit(role, "/console/waiting", language=language)
    for place, name in PAGES[role].items():
        await page.goto(f"{city.issuer}/console/{place}")
        await look(page, f"{role}-{name}-{language}")


@pytest.mark.parametrize(
    ("place", "fields", "leads_to"),
    [
        ("rates/set?scope=account&id=bank-1&measure=rate", {"limit": "450", "reason": "夜间保护"}, "rates?said=done"),
        ("costs/score", {"units": "2", "reason": "年度调整"}, "costs?said=waiting"),
    ],
)
async def test_they_are_set_without_scripts_and_by_the_keyboard_alone(city, chromium, place, fields, leads_to):
    context = await chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    cookies = {cookie_name(city.gateway.settings): city.cookies["operator"], "xinqiao-language": "zh"}
    await context.add_cookies([{"name": k, "value": v, "url": city.issuer} for k, v in cookies.items()])
    page = await context.new_page()
    await page.goto(f"{city.issuer}/console/{place}")
    for name, text in fields.items():
        while not await page.locator(f"#field-{name}:focus").count():
            await page.keyboard.press("Tab")
        await page.keyboard.press("Control+a")
        await page.keyboard.type(text)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/console/{leads_to}")
    await context.close()
