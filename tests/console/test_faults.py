"""Faults in the console: a page in words for whoever reads it, the problem document for a program."""

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from gateway.app import create_app
from gateway.people import guard
from gateway.runtime.denial import DeniedError
from tests.persons import signed_in

HTML = {"Accept": "text/html,*/*"}


@pytest.fixture
async def browser(gateway):
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as opened:
        await signed_in(gateway, opened, "reader-9", "regulator")
        yield opened


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (OperationalError("SELECT", {}, Exception("x")), 503, "数据库或磁盘暂时不可用"),
        (RuntimeError("张三 110101199003074514"), 500, "网关故障"),
        (DeniedError("service-busy"), 503, "请求太多"),
        (DeniedError("record-not-found"), 404, "没有此页"),
    ],
)
async def test_each_fault_has_its_page_and_tells_nothing_of_its_insides(browser, monkeypatch, fault, status, said):
    async def fails(*_, **__):
        raise fault

    monkeypatch.setattr(guard, "find_present", fails)
    shown = await browser.get("/console/catalogue", headers=HTML)
    assert (shown.status_code, shown.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert said in shown.text, shown.text
    assert "110101" not in shown.text
    told = await browser.get("/console/catalogue", headers={"Accept": "application/json"})
    assert (told.status_code, told.headers["content-type"]) == (status, "application/problem+json")


async def test_another_method_is_told_as_such_in_the_shell(browser):
    shown = await browser.post("/console/catalogue", headers=HTML)
    assert (shown.status_code, 'id="side"' in shown.text) == (405, True)
