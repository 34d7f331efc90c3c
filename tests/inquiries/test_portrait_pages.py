"""A portrait at the console: its dimensions, a drawing one can walk, and the same in tables; in both languages."""

import re

import pytest

from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.setting import set_output_policy
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.house.shown import faults_of
from tests.inquiries.test_pages import ask, look, town  # noqa: F401 - where people ask
from tests.network.holding import GUARANTEES, HOLDERS, LEADERS, deliver, firm, held, read_anew
from tests.stories import registration

WANG = ("王某某", "P-0001")
KNOWN = {"（bank）", "王小二", "li", "bank-1", "PDF", "xinqiao", "BODS", "FollowTheMoney"}
PURPOSE = "renewal"


@pytest.fixture
async def portrait(town, tmp_path):  # noqa: F811
    """The number of a portrait that li was given: 1 and 2 hold one another, a person both of them and 3."""
    story = town.story
    if not hasattr(town, "portrayed"):
        for number in (2, 3):
            await story.push("market_regulation", "ent_registration", registration(number))
        listed = [
            held(1, 2, "50"), held(1, WANG, "50"), held(2, 1, "40"), held(2, WANG, "60"), held(3, WANG, "100"),
            held(1, 77, "0"),
        ]  # fmt: skip
        await deliver(story.gateway, tmp_path, "shareholder_contrib", HOLDERS, listed)
        leads = [(firm(1), uscc(1), "P-0001", WANG[0], "法定代表人", "2020-01-01", "")]
        await deliver(story.gateway, tmp_path, "ent_legal_rep", LEADERS, leads)
        given = [(firm(1), uscc(1), "2024", "某银行", firm(3), "100万元", "2024-01-01", "2099-12-30")]
        await deliver(story.gateway, tmp_path, "annual_report_guarantee", GUARANTEES, given)
        await read_anew(story.gateway)
        await story.consent("bank-1", 1, products=["portrait"], purpose=PURPOSE)
        town.portrayed = True
    return await ask(town, product="portrait", purpose=PURPOSE)


async def seen(town, path, language="zh"):  # noqa: F811
    town.li.cookies.set("xinqiao-language", language)
    try:
        return await look(town.li, f"inquiries/{path}")
    finally:
        town.li.cookies.set("xinqiao-language", "zh")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_portrait_tells_its_dimensions_network_and_changes(town, portrait, language):  # noqa: F811
    shown = await seen(town, portrait, language)
    assert "None" not in re.sub(r"<script.*?</script>", "", shown, flags=re.DOTALL)
    for name in (firm(2), firm(3)):
        assert name in shown
    assert WANG[0] not in shown
    said = {
        "zh": ("六个方面", "关联网络", "一年内的变化", "自然人 1", "80%", "同一电话：没有数据目录报送电话"),
        "en": ("Six dimensions", "Network", "Changes within a year", "Person 1", "80%", "Same telephone"),
    }[language]
    for one in said:
        assert one in shown, one
    assert '"kind":"radar"' in shown
    assert 'class="holds circling"' in shown


async def test_a_chinese_portrait_says_nothing_in_english_and_nothing_of_its_insides(town, portrait):  # noqa: F811
    assert faults_of(await seen(town, portrait), KNOWN) == []


async def test_each_party_leads_to_the_drawing_around_itself_and_to_nothing_else(town, portrait):  # noqa: F811
    shown = await seen(town, portrait)
    drawing = shown[shown.index('<svg class="network"') : shown.index("</svg>", shown.index('<svg class="network"'))]
    led = set(re.findall(r'<a href="([^"]+)"', drawing))
    assert led == {f"?at={one}#network" for one in (uscc(2), uscc(3), "person-1", "enterprise-1")}
    walked = await seen(town, f"{portrait}?at={uscc(2)}")
    assert f"图以“{firm(2)}”为中心" in walked
    assert f"?at={uscc(1)}#network" in walked
    assert f"图以“{firm(1)}”为中心" in await seen(town, f"{portrait}?at={uscc(9)}")  # who is not in it
    # Every line of the drawing is a line of the table below.
    rows = re.search(r"<table class=\"rows\"><caption class=\"unseen\">关系表</caption>.*?</table>", shown, re.DOTALL)
    assert rows[0].count("<tr>") - 1 == drawing.count("<line ") == 8


async def test_in_bands_shares_are_told_in_words(town, portrait):  # noqa: F811
    async with town.story.gateway.units.begin("test.output", OPERATOR) as work:
        await set_output_policy(work, "bank", "portrait", OutputPolicy(0, "banded"), None)
    try:
        shown = await seen(town, await ask(town, product="portrait", purpose=PURPOSE))
    finally:
        async with town.story.gateway.units.begin("test.output", OPERATOR) as work:
            await set_output_policy(work, "bank", "portrait", OutputPolicy(), None)
    assert "半数以上" in shown
    assert not re.search(r"\d+(\.\d+)?%", shown[shown.index('id="network"') :])
    assert '"kind":"radar"' not in shown
