"""Subscribing, being told, and when nothing is told any more."""

from tests.enterprises import uscc
from tests.warnings.watched import FIRM, OPEN, get, permit, stands, subscribe, told


async def test_a_bank_is_told_when_a_customer_comes_to_a_level(bank):
    await permit(bank)
    [item] = await subscribe(bank)
    assert item["outcome"] == "subscribed", item
    assert (await get(bank, "/v1/warnings")).json()["warnings"] == []
    await stands(bank, FIRM, OPEN)
    await told(bank)
    [warning] = (await get(bank, "/v1/warnings")).json()["warnings"]
    assert (warning["subject"], warning["change"], warning["level"]) == (uscc(FIRM), "opened", "notice")
    shown = (await get(bank, f"/v1/warnings/{warning['warning']}")).json()
    assert shown["answer"]["risks"][0]["points"][0]["point"] == "dishonest"
    await told(bank)
    assert len((await get(bank, "/v1/warnings")).json()["warnings"]) == 1
