"""A view is set and ended on the institution's page, by two and by one, and told in words."""

import html

from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from tests.inquiries.bases import rows
from tests.inquiries.test_basis_pages import SECOND, town  # noqa: F401 - the fixture
from tests.inquiries.test_pages import look, send

FORM = {
    "view": "page-view", "purpose": "pre_loan", "title": "外部信用", "limit": "reg_capital",
    "admission": "pen_cnt_3y 、 ent_registration.est_date",
}  # fmt: skip


async def test_a_view_is_set_by_two_and_ended_by_one_on_the_institutions_page(town):  # noqa: F811
    gateway = town.story.gateway
    path = "institutions/bank/view"
    for wrong in ({"admission": "No-Such"}, {"title": ""}, {"view": "Ä"}):
        await send(town.chen, path, {**FORM, **wrong}, status=400)
    sent = await send(town.chen, path, FORM)
    assert "said=waiting" in sent.headers["location"]
    (change,) = await rows(town.story, "SELECT change_id FROM change WHERE act = 'view.set' AND status = 'waiting'")
    shown = html.unescape(await look(town.chen, f"changes/{change[0]}"))
    for said in (
        "设定视图 page-view",
        "外部信用",
        "贷前审查",
        "准入用的标签或字段",
        "限入用的标签或字段",
        "成立日期",
        "注册资本",
    ):
        assert said in shown, said
    async with gateway.units.begin("test.decide", SECOND) as work:
        await decide_change(work, means_of(gateway.settings, gateway.protector), change[0], approve=True)
    page = html.unescape(await look(town.chen, "institutions/bank"))
    for said in ("page-view", "第 1 版", "现行"):
        assert said in page, said
    ended = await send(town.chen, "institutions/bank/view-end", {"view": "page-view", "reason": "模型停用"})
    assert "said=done" in ended.headers["location"]
    assert "已终止：模型停用" in html.unescape(await look(town.chen, "institutions/bank"))
    again = await send(town.chen, "institutions/bank/view-end", {"view": "page-view", "reason": "模型停用"}, status=409)
    assert "没有有效的视图" in again.text
