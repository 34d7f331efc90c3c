"""Trying a delivery over HTTP: what pushing it would have answered, and nothing of it is kept."""

import gzip
from base64 import b64encode
from uuid import uuid4

import pytest
from sqlalchemy import text

from connectors.catalogue.load import get_dataset
from connectors.catalogue.trial import OUTCOMES
from gateway.intake.admission import with_mappings
from gateway.intake.trial_documents import trial_document
from gateway.intake.trials import try_file
from gateway.runtime.settings import Settings
from tests.enterprises import citizen, uscc
from tests.identities import login, register
from tests.stories import slug

PATH = "/v1/datasets/tax_arrears/batches"
TRY = f"{PATH}:check"
COUNTED = ("batch", "record", "rejected_row", "subject", "audit_event")
MOST_BYTES = 1_048_576
FILE = "\n".join(
    [
        "某市欠税公告,,,",
        "企业或单位名称,纳税人识别号,欠税金额,税种",
        f"温州甲有限公司,{uscc(1)},100,增值税",
        f"温州甲有限公司,{uscc(1)},100,增值税",
        f"温州甲有限公司,{uscc(1)},200,增值税",
        "温州乙有限公司,,100,增值税",
        f"张三,{citizen(1)},100,增值税",
        f"温州丙有限公司,{uscc(3)},一百,",
        "温州丁有限公司,9.13303E+17,100,增值税",
    ]
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return Settings(home=home, issuer="http://127.0.0.1:8000", max_upload_bytes=MOST_BYTES)


@pytest.fixture(scope="module")
async def keys(gateway):
    return {name: await register(gateway, name, "agency") for name in ("tax", "market_regulation")}


@pytest.fixture
async def send(gateway, client, keys):
    async def run(path, content, agency="tax", **headers):
        access = await login(client, keys[agency], agency, gateway.settings.issuer)
        sent = {"Batch-Id": str(uuid4()), **access, **headers}
        return await client.post(path, content=content, headers=sent)

    return run


async def held(gateway):
    async with gateway.database.begin("test.read") as session:
        return [(await session.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one() for name in COUNTED]


async def test_a_trial_answers_what_pushing_would_and_keeps_nothing(gateway, send):
    await send(TRY, FILE)  # the first log-in leaves its own event
    before = await held(gateway)
    tried = (await send(TRY, FILE)).json()
    after = await held(gateway)
    assert after[:-1] == before[:-1]
    assert not list((gateway.settings.instance_home / "spool").iterdir())
    pushed = (await send(PATH, FILE)).json()
    assert {name: tried[name] for name in OUTCOMES} == {name: pushed[name] for name in OUTCOMES}
    assert tried["reasons"] == pushed["reasons"] == {"identifier_unreadable": 1, "money_unreadable": 1, "required": 1}
    assert (tried["rows"], tried["natural_persons"], tried["corrections"], tried["duplicates"]) == (7, 1, 1, 1)
    assert (tried["titles"], tried["header_rows"], tried["stored"]) == (["某市欠税公告"], [2], False)
    assert tried["fields"]["tax_type"] == {"columns": ["税种"], "filled": 4, "share": 1.0}
    first = next(row for row in tried["rejected_rows"] if row["column"] == "欠税金额")
    assert (first["row"], first["column"], first["value"]) == (8, "欠税金额", "一百")
    said = "不是金额，应为以元计的数字 not an amount: write a number in 元"
    assert (first["code"], first["text"]) == ("money_unreadable", said)
    assert citizen(1) not in str(tried)


async def test_the_first_rows_alone_can_be_tried(send):
    tried = (await send(f"{TRY}?rows=2", FILE)).json()
    assert (tried["rows"], tried["whole_file"]) == (2, False)
    assert (await send(f"{TRY}?rows=0", FILE)).status_code == 400


async def test_a_packed_delivery_can_be_tried(send):
    packed = await send(TRY, gzip.compress(FILE.encode()), **{"Content-Encoding": "gzip"})
    assert packed.json()["rows"] == 7


async def test_what_would_be_refused_as_a_whole_is_said(send):
    missing = await send(TRY, "甲,乙\n1,2\n")
    assert (missing.status_code, slug(missing)) == (422, "malformed-delivery")
    assert "欠税" in missing.json()["detail"]
    assert slug(await send(TRY, FILE, "market_regulation")) == "dataset-not-yours"
    assert slug(await send("/v1/datasets/nothing/batches:check", FILE)) == "unknown-dataset"
    assert (await send(TRY, FILE + "\n" * MOST_BYTES)).status_code == 413


LEDGER = """
- id: ledger
  party: {name: [户名], codes: [码]}
  fields:
    taxpayer_name: {from: [户名]}
    tax_type: {value: 增值税}
    balance: {from: [欠], unit: 万元}
"""
ROWS = f"户名,码,欠\n温州甲有限公司,{uscc(1)},1.5\n温州乙有限公司,9.1E+17,2\n"


def encoded(mapping):
    return {"Mapping": b64encode(mapping.encode()).decode()}


async def test_a_mapping_can_be_tried_as_on_the_command_line(send, tmp_path):
    file = tmp_path / "ledger.csv"
    file.write_text(ROWS, "utf-8")
    assert (await send(TRY, ROWS)).status_code == 422
    told = (await send(TRY, ROWS, **encoded(LEDGER))).json()
    here = trial_document(
        try_file(with_mappings(get_dataset("tax_arrears"), "ledger.yaml", LEDGER.encode()), file, None)
    )
    compared = {"would_be_held", "findings"}  # with what was handed in before
    assert {**told, **dict.fromkeys(compared)} == {**here, **dict.fromkeys(compared)}
    assert (told["mapping"], told["accepted"], told["rejected"]) == ("ledger/1", 1, 1)
    assert (await send(TRY, ROWS)).status_code == 422  # it was tried, and is not kept


async def test_a_faulty_mapping_names_the_member_its_line_and_what_is_known(send):
    faulty = await send(TRY, ROWS, **encoded(LEDGER.replace("from: [欠]", "form: [欠]")))
    assert (faulty.status_code, slug(faulty)) == (422, "malformed-delivery")
    (member,) = faulty.json()["invalid_params"]
    assert (member["name"], member["line"]) == ("mapping.#1.fields.balance.form", 7)
    for words in ("没有这个成员", "是 from 吗 did you mean from?", "known are: from、value"):
        assert words in member["reason"]
    broken = await send(TRY, ROWS, Mapping="no Base64!")
    assert (broken.status_code, slug(broken)) == (400, "invalid-request")
    assert "Base64" in broken.json()["detail"]
    assert slug(await send(TRY, ROWS, "market_regulation", **encoded("- ["))) == "dataset-not-yours"
    assert (await send(TRY, ROWS, Mapping="A" * 24_001)).status_code == 400


async def test_the_interface_describes_it(client):
    described = (await client.get("/openapi.json")).json()["paths"]["/v1/datasets/{dataset}/batches:check"]["post"]
    assert "试报" in described["summary"]
    assert described["requestBody"]["required"]
