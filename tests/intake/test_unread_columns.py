"""Columns nothing is read from: said in every answer, and what is lost of a held submission before it is accepted."""

from html import unescape
from uuid import UUID

import httpx
import pytest

from connectors.catalogue.files_check import read_mappings
from connectors.catalogue.load import get_dataset
from connectors.drafting.unread import UnreadColumn
from connectors.quality.drift import Finding
from gateway.app import create_app
from gateway.intake.held_loss import with_loss
from gateway.intake.submission import digest_of, from_file
from gateway.intake.take_in import take_in
from gateway.intake.trials import try_file
from gateway.runtime.actor import at_this_machine
from gateway.runtime.denial import DeniedError
from tests.agencies import HEADER, arrears
from tests.enterprises import uscc
from tests.persons import signed_in
from tests.submissions import accept_held, discard_held, held_file, take_file

LOST = HEADER.replace("欠税金额", "欠税金额,逾期金额（元）")
MAPPING = """
- id: ledger
  party: {name: [户名], codes: [码]}
  fields:
    taxpayer_name: {from: [户名]}
    tax_type: {value: 增值税}
    balance: {from: [欠], unit: 万元}
""".encode()


def with_lost(*numbers) -> str:
    lines = [f"某公司{number},{uscc(number)},某路,5,{number},增值税" for number in numbers]
    return "\n".join([LOST, *lines]) + "\n"


async def test_every_answer_lists_the_columns_that_were_not_read(gateway, push, get, client, access, tmp_path):
    batch = (await push(with_lost(2001, 2002), "unread-1")).json()
    (column,) = batch["unread_columns"]
    assert (column["column"], column["values"], column["seems"], column["warning"]) == (
        "逾期金额（元）", 2, "amount", True,
    )  # fmt: skip
    assert "2 个值不入库" in column["zh"]
    assert (await get(f"/v1/batches/{batch['batch']}")).json()["unread_columns"] == [column]
    checked = await client.post(
        "/v1/datasets/tax_arrears/batches:check", content=with_lost(2001, 2002), headers=await access()
    )
    assert checked.json()["unread_columns"] == [column]
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as browser:
        await signed_in(gateway, browser, "clerk-u", "clerk", agency="tax")
        page = (await browser.get(f"/console/uploads/{batch['batch']}")).text
    assert column["zh"] in unescape(page)


async def test_who_decides_sees_what_would_be_lost_and_the_first_rows_as_they_would_be_stored(gateway, push):
    await push(arrears(range(2100, 2103)), "unread-2")
    held = await push(with_lost(*range(2103, 2110)).replace("逾期金额（元）", "所欠税额合计（元）"), "unread-3")
    assert held.status_code == 202
    (finding,) = held.json()["findings"]
    assert (finding["kind"], finding["values"], finding["warning"]) == ("column_new", 7, True)
    for said in ("多出不认识的列“所欠税额合计（元）”，看来是“", "7 个值不入库：请在映射中写明"):
        assert said in held.json()["detail"]
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as browser:
        await signed_in(gateway, browser, "clerk-v", "clerk", agency="tax")
        path = f"/console/held/{held.json()['held']}"
        assert path in (await browser.get("/console/held")).text
        page = unescape((await browser.get(path)).text)
        for said in (finding["zh"], "接受会丢失 7 个值", "某公司2103", uscc(2103), "某公司2107"):
            assert said in page
        assert "某公司2108" not in page  # five rows
    await discard_held(gateway, UUID(held.json()["held"]))


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text("户名,码,欠\n" + "".join(f"账上{n}号有限公司,{uscc(n)},{n}\n" for n in range(2201, 2205)), "utf-8")
    return path


async def test_a_mapping_handed_in_with_a_file_reads_it_as_a_check_does_also_after_it_was_held(
    gateway, push, ledger, rows
):
    of = read_mappings("m.yaml", MAPPING, get_dataset("tax_arrears"))
    tried = try_file(of, ledger, None)
    assert (tried.trial.counts["accepted"], tried.trial.layout.binding.mapping.id) == (4, "ledger")
    await push(arrears([2300]), "unread-4")
    submission = from_file(ledger, of, "ledger-1", digest_of(ledger), "file", mapping=MAPPING)
    with pytest.raises(DeniedError) as fault:
        await take_in(gateway.units, at_this_machine(), gateway.intake, submission)
    assert fault.value.denial.reason == "delivery-held"
    held = UUID(str(fault.value.denial.members["held"]))
    assert "mapping" in [finding["kind"] for finding in fault.value.denial.members["findings"]]
    kept = held_file(gateway, held).with_suffix(".mapping")
    assert b"ledger" not in kept.read_bytes()
    batch = await accept_held(gateway, held)
    assert (batch.accepted, batch.mapping["mapping"], kept.exists()) == (4, "ledger/1", False)
    balance = "SELECT convert_from(canonical, 'UTF8') FROM record WHERE batch_id = :b ORDER BY row_number LIMIT 1"
    assert '"balance":"22010000"' in (await rows(balance, b=batch.batch_id))[0][0]
    with pytest.raises(DeniedError, match="缺少列"):
        await take_file(gateway, ledger, batch="without")


async def test_a_held_mapping_that_was_changed_is_not_taken(gateway, push, ledger):
    await push(arrears([2301]), "unread-5")
    of = read_mappings("m.yaml", MAPPING, get_dataset("tax_arrears"))
    text = ledger.read_text("utf-8").replace("户名,码,欠", "户名,码,欠,新列").replace("\n账", ",\n账").rstrip() + ",\n"
    ledger.write_text(text.replace("新列,\n", "新列\n"), "utf-8")
    submission = from_file(ledger, of, "ledger-2", digest_of(ledger), "file", mapping=MAPPING)
    with pytest.raises(DeniedError) as fault:
        await take_in(gateway.units, at_this_machine(), gateway.intake, submission)
    held = UUID(str(fault.value.denial.members["held"]))
    held_file(gateway, held).with_suffix(".mapping").write_bytes(MAPPING)
    with pytest.raises(DeniedError, match="lost or changed"):
        await accept_held(gateway, held)
    await discard_held(gateway, held)
    assert not held_file(gateway, held).with_suffix(".mapping").exists()


def test_of_two_columns_with_one_heading_and_of_a_long_one_the_loss_is_told_once_each():
    long = "列" * 80
    unread = [UnreadColumn("备注", 3), UnreadColumn("备注", 2), UnreadColumn(long[:60], 7)]
    findings = [Finding("column_new", name, f"多出“{name}”", f"{name} is new") for name in ("备注", long)]
    told = with_loss(findings, unread)
    assert [(finding["kind"], finding["values"]) for finding in told] == [
        ("column_new", 3), ("column_new", 7), ("column_unread", 2),
    ]  # fmt: skip
