"""An agency that delivers, over HTTP."""

import io
from uuid import uuid4

import pytest
import xlsxwriter
from sqlalchemy import text

from tests.enterprises import uscc
from tests.identities import login, register

HEADER = "企业或单位名称,纳税人识别号,经营地点,欠税金额,税种"


@pytest.fixture(scope="module")
async def keys(gateway):
    made = {
        name: await register(gateway, name, "agency") for name in ("tax", "market_regulation", "prov_credit_platform")
    }
    made["auditor-1"] = await register(gateway, "auditor-1", "auditor")
    return made


@pytest.fixture
async def access(gateway, client, keys):
    async def headers(client_id="tax"):
        return await login(client, keys[client_id], client_id, gateway.settings.issuer)

    return headers


@pytest.fixture
async def push(client, access):
    async def send(body, batch=None, agency="tax", dataset="tax_arrears", **headers):
        content = body.encode() if isinstance(body, str) else body
        sent = {"Batch-Id": batch or str(uuid4()), **await access(agency), **headers}
        return await client.post(f"/v1/datasets/{dataset}/batches", content=content, headers=sent)

    return send


@pytest.fixture
async def get(client, access):
    async def read(path, who="tax", **more):
        return await client.get(path, headers={**await access(who), **more.pop("headers", {})}, **more)

    return read


@pytest.fixture
def rows(gateway):
    async def select(query, **values):
        async with gateway.database.begin("test.rows") as session:
            return (await session.execute(text(query), values)).all()

    return select


def arrears(numbers, header=HEADER, amount="5", tax="增值税", address="某路1号", name="某公司") -> str:
    lines = [f"{name},{uscc(number)},{address},{amount},{tax}" for number in numbers]
    return "\n".join([header, *lines]) + "\n"


def workbook(table, formulas=True) -> bytes:
    """Write rows as a spreadsheet; a text that starts with "=" becomes a formula, unless it is to stay text."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": formulas}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(table):
            sheet.write_row(number, 0, row)
    return target.getvalue()
