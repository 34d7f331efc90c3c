"""Enrolling with link and word, one's own account, and the people whom an operator invites, in a browser."""

import pyotp

from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.admin.handing_over import hand_over
from gateway.admin.person_actions import InvitePerson
from gateway.people.account_pages import FEW_CODES
from gateway.people.tables import Person
from gateway.runtime.actor import Actor
from tests.actors import MACHINE, OPERATOR
from tests.enterprises import uscc
from tests.identities import asked
from tests.persons import PASSWORD, attempt, enrol, forget_step, invited

SECOND = Actor("second", "operator", person="person:second")


async def approve(gateway, change):
    async with gateway.units.begin("test.approve", SECOND) as work:
        await decide_change(work, means_of(gateway.settings, gateway.protector), change.change_id, approve=True)


async def test_somebody_enrols_with_the_link_and_the_word(city, visit, look):
    gateway = city.gateway
    change = await asked(gateway, InvitePerson(person="owner-invited", name="周雨桐", role="owner", enterprise=uscc(2)))
    await approve(gateway, change)
    async with gateway.units.begin("test.handed", SECOND) as work:
        link = (await hand_over(work, change.change_id)).link
    async with gateway.units.begin("test.handed", OPERATOR) as work:
        word = (await hand_over(work, change.change_id)).word
    page = await visit(path=link.removeprefix(city.issuer))
    await page.fill("[name=word]", "aaaa-bbbb-cccc")
    await page.keyboard.press("Enter")
    await page.get_by_role("alert").wait_for()
    await look(page, "enrol-word")
    await page.fill("[name=word]", word.upper())
    await page.keyboard.press("Enter")
    await page.locator(".qr svg").wait_for()
    secret = await page.locator("details code").text_content()
    for password in ("short but long enough", PASSWORD):
        await page.fill("[name=password]", password)
        await page.fill("[name=again]", PASSWORD)
        await page.fill("[name=code]", pyotp.TOTP(secret).now())
        await page.get_by_role("button", name="启用账号").click()
        if password != PASSWORD:
            await page.get_by_role("alert").wait_for()
            await look(page, "enrol")
    await page.locator(".codes code").first.wait_for()
    assert await page.locator(".codes code").count() == 10
    await look(page, "enrolled")


async def test_ones_own_account_shows_where_one_is_signed_in(city, visit, look):
    client = city.town.story.client
    token = await invited(city.gateway, "staff-enrolled", "staff", institution="bank")
    _, secret = await enrol(client, token, "staff-enrolled")
    await forget_step(city.gateway, "staff-enrolled")
    assert (await attempt(client, "staff-enrolled", secret)).status_code == 303  # elsewhere
    client.cookies.clear()
    async with city.gateway.units.begin("test.notice", MACHINE) as work:
        person = await work.session.get_one(Person, "staff-enrolled")
        person.totp_step, person.recovery_codes = 0, person.recovery_codes[:FEW_CODES]
        person.notice = {
            "what": "factor-reset", "at": work.now.isoformat(), "asked_by": "person:operator-1",
            "approved_by": "person:system-1",
        }  # fmt: skip
    page = await visit(path="/console/sign-in")
    for name, typed in (("person", "staff-enrolled"), ("password", PASSWORD), ("code", pyotp.TOTP(secret).now())):
        await page.fill(f"[name={name}]", typed)
    await page.keyboard.press("Enter")
    await page.get_by_text("林默申请、赵维批准").wait_for()
    await look(page, "account")
    await page.get_by_role("button", name="我已知悉").click()
    await page.get_by_text("已记录您已知悉").wait_for()
    await page.get_by_role("button", name="结束其他会话").first.click()
    await page.locator("dialog[open] button.danger").click()
    await page.get_by_text("别处的会话已结束").wait_for()
    for path, name in (("account/password", "password"), ("account/device", "device"), ("recovery-codes", "codes")):
        await page.goto(f"{city.issuer}/console/{path}")
        await look(page, name)


async def test_an_operator_sees_people_and_what_follows_of_each_act(city, visit, look):
    page = await visit("operator", "/console/people")
    await look(page, "people")
    await page.get_by_role("link", name="王小二", exact=True).click()
    await look(page, "person")
    await page.get_by_role("button", name="停用").first.click()
    await page.locator("dialog[open]").wait_for()
    await look(page, "person-suspend")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="手机丢失").first.click()
    await page.locator("dialog[open] [name=reason]").fill("手机丢失")
    await page.locator("dialog[open] button.danger").click()
    await page.get_by_text("等待另一位管理员批准").wait_for()


async def test_an_operator_invites_an_owner_and_is_given_the_word(city, visit, look):
    page = await visit("operator", "/console/people/-/invite")
    await look(page, "invite-role")
    await page.get_by_role("link", name="企业经办人").click()
    await page.fill("[name=name]", "周雨桐")
    await page.fill("[name=person]", "owner-9")
    await page.fill("[name=enterprise]", uscc(1)[:-1] + "*")
    await page.get_by_role("button", name="邀请人员").click()
    await page.get_by_role("alert").wait_for()
    await look(page, "invite")
    await page.fill("[name=enterprise]", uscc(1))
    await page.get_by_role("button", name="邀请人员").click()
    await page.get_by_text("您转交：核对口令").wait_for()
    await look(page, "invitation")
    await page.goto(f"{city.issuer}/console/language/en?next=/console/people")
    await look(page, "people-en")
