"""The pages of people: who is listed and how, what an operator asks for there, and what will not do."""

import pytest

from gateway.identity.clients.registry import add_institution
from gateway.people.reading import get_person
from gateway.runtime.denial import DeniedError
from tests.actors import MACHINE, OPERATOR
from tests.enterprises import uscc
from tests.persons import csrf, invited, same_site, signed_in

LISTED, INVITE = "/console/people", "/console/people/-/invite"


@pytest.fixture
async def operator(gateway, client):
    """An operator's browser, and somebody of a bank to look at."""
    async with gateway.units.begin("test.person", MACHINE) as work:
        try:
            await get_person(work, "teller-1")
        except DeniedError:
            await add_institution(work, institution_id="branch", name="示例城东支行", kind="bank")
    await invited(gateway, "teller-1", "staff", institution="branch")
    await signed_in(gateway, client, "boss-1", "operator")
    return client


async def post(client, path, **form):
    form["csrf"] = await csrf(client)
    return await client.post(path, data=form, headers=same_site(client))


async def test_people_are_listed_by_name_role_and_house(gateway, operator):
    await invited(gateway, "owner-7", "owner", enterprise=uscc(7))
    page = (await operator.get(LISTED)).text
    for shown in ("王小二 teller-1", "机构人员", "示例城东支行", "企业经办人", uscc(7), "已邀请"):
        assert shown in page, shown
    staff = (await operator.get(LISTED, params={"role": "staff"})).text
    assert ("teller-1" in staff, "owner-7" in staff) == (True, False)
    assert "owner-7" in (await operator.get(LISTED, params={"named": "OWNER-7"})).text
    exported = await operator.get(LISTED, params={"export": "csv"})
    assert exported.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("reason", "status"), [("一", 400), ("停用", 303), ("长" * 200, 303), ("长" * 201, 400), ("  ", 400)]
)
async def test_an_act_has_a_reason(gateway, operator, reason, status):
    await invited(gateway, "teller-2", "staff", institution="branch")
    assert (await post(operator, f"{LISTED}/teller-2/suspend", reason=reason)).status_code == status


async def test_what_takes_two_waits_and_is_shown_on_the_persons_page(operator):
    answer = await post(operator, f"{LISTED}/teller-1/invite-anew", reason="忘记密码")
    assert answer.headers["location"].startswith("/console/people/-/invitations/")
    page = (await operator.get(f"{LISTED}/teller-1")).text
    assert answer.headers["location"] in page
    handed = (await operator.get(answer.headers["location"])).text
    assert ("核对口令" in handed, "/console/enrol?token=" in handed) == (True, False)


async def test_nobody_acts_upon_themselves(gateway, operator):
    page = (await operator.get(f"{LISTED}/boss-1")).text
    assert ("这是您自己的账号" in page, "<dialog" in page) == (True, False)
    refused = await post(operator, f"{LISTED}/boss-1/reset-factor", reason="手机丢失")
    assert refused.status_code == 409


async def test_somebody_who_is_not_there_is_no_page(operator):
    assert (await operator.get(f"{LISTED}/nobody-1")).status_code == 404
    assert (await post(operator, f"{LISTED}/nobody-1/suspend", reason="停用")).status_code in {404, 409}


@pytest.mark.parametrize(
    ("role", "more", "said"),
    [
        ("owner", {"name": ""}, "请填姓名"),
        ("owner", {"person": "X"}, "用户名须为"),
        ("owner", {"enterprise": ""}, "请填企业"),
        ("owner", {"enterprise": "91330302MA"}, "没有找到"),
        ("staff", {"institution": ""}, "请选择机构"),
        ("clerk", {"agency": ""}, "请选择部门"),
        ("owner", {"person": "teller-1"}, "可能已有人使用"),
    ],
)
async def test_an_invitation_that_will_not_do_is_told_beside_the_field(operator, role, more, said):
    form = {"role": role, "name": "周雨桐", "person": "new-1", "enterprise": uscc(8), **more}
    answer = await post(operator, INVITE, **form)
    assert (answer.status_code, said in answer.text, "field-error" in answer.text) == (400, True, True)


async def test_an_enterprise_is_named_by_code_and_the_invitation_waits(gateway, operator):
    answer = await post(operator, INVITE, role="owner", name="周雨桐", person="new-2", enterprise=uscc(8).lower())
    assert answer.status_code == 303
    with pytest.raises(DeniedError):
        async with gateway.units.begin("test.person", OPERATOR) as work:
            await get_person(work, "new-2")


async def test_the_form_of_another_session_changes_nothing(operator):
    form = {"csrf": "x", "reason": "停用"}
    assert (
        await operator.post(f"{LISTED}/teller-1/suspend", data=form, headers=same_site(operator))
    ).status_code == 403
