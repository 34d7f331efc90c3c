"""Signing in by the keyboard alone."""

import pyotp
import pytest

from tests.persons import PASSWORD, enrol, forget_step, invited


async def tab_to(page, name: str) -> None:
    """Press Tab until the focus is on a field or button of a name."""
    for _ in range(20):
        if await page.evaluate("() => document.activeElement?.name || document.activeElement?.type") == name:
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"{name} is not reached by Tab")


async def test_somebody_signs_in_by_the_keyboard_alone(city, visit, look):
    client = city.town.story.client
    answer, secret = await enrol(client, await invited(city.gateway, "keys-only", "auditor"), "keys-only")
    assert answer.status_code == 200, answer.text
    await forget_step(city.gateway, "keys-only")
    page = await visit(path="/console")
    assert page.url.endswith("/console/sign-in?next=%2Fconsole")
    await look(page, "sign-in")
    for name, typed in (("person", "keys-only"), ("password", PASSWORD), ("code", pyotp.TOTP(secret).now())):
        await tab_to(page, name)
        await page.keyboard.type(typed)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "sign-in" not in url)
    await page.goto(f"{city.issuer}/console/catalogue")
    assert "王小二 keys-only" in await page.get_by_role("banner").inner_text()


async def test_a_wrong_password_is_told_beside_the_form(visit, look):
    page = await visit(path="/console/sign-in", language="en")
    await page.keyboard.type("nobody")
    await tab_to(page, "password")
    await page.keyboard.type("nothing")
    await page.keyboard.press("Enter")
    await page.get_by_role("alert").wait_for()
    await look(page, "sign-in-wrong")
