"""A portrait of an enterprise about whose relations nothing came says that, on pages, in print and in the answer."""

from gateway.console.words import Words
from gateway.inquiries.portrait.words import lay_out_portrait
from gateway.inquiries.sheet_pdf import sheet_data
from tests.inquiries.test_portrait import again
from tests.network.holding import read_anew
from tests.stories import registration


async def test_a_register_that_delivered_nothing_is_not_said_to_name_nobody(story):
    for number in (1, 11):
        await story.push("market_regulation", "ent_registration", registration(number))
    await story.account("bank-1", "bank")
    await story.consent("bank-1", 11, products=["portrait"])
    await read_anew(story.gateway)
    await story.enrol("auditor-1", "auditor")
    told = (await story.ask("bank-1", 11, product="portrait")).json()
    network, changes = told["network"], told["changes"]
    unknown = {name for name, known in network["known"].items() if known == "unknown"}
    assert unknown == {"holders", "holdings", "controllers", "circles", "guarantees", "leads"}
    assert [network[name] for name in ("holders", "holdings", "controllers", "circles")] == [None] * 4
    assert network["same_address"]["number"] == 1
    assert (changes["relations"], changes["filed"]["status"]) == ({"status": "unknown"}, "unknown")
    assert (await again(story, told)).outcome == "equal"
    tables = {one["title"]: dict(row[:2] for row in one["rows"]) for one in sheet_data(told["answer"], told)["tables"]}
    assert tables["关联网络"]["股东（逐层相乘后相加）"] == tables["关联网络"]["担保"] == "未收到数据"
    page = lay_out_portrait(told, Words("en"))
    assert dict(page.network.findings)["Who ultimately controls it"] == ["Not delivered"]
    assert (page.network.unsaid, page.changes.unsaid, page.changes.unfiled) == ("Not delivered",) * 3
