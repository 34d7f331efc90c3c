"""What a sender may call a batch is one rule, in the use case: whatever door it comes by, the same ids are refused."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from gateway.app import create_app
from gateway.intake.uploads import UploadRequest, open_upload
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.agencies import arrears
from tests.persons import csrf, same_site, signed_in
from tests.submissions import take_file

WRONG = ["批 1", "a b", "", ".a", "a/b", "a\n", "a" * 129, "－1", "a;b"]
RIGHT = ["a", "2026-11", "A.b_c:d-1", "a" * 128]
TAX = Actor("tax", "agency")


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(arrears([7000]), "utf-8")
    return path


def says_the_rule(denial: DeniedError) -> bool:
    (member,) = denial.denial.members["invalid_params"]
    return (
        denial.denial.reason == "invalid-request" and "批次号为" in member["reason"] and "a batch id is" in str(denial)
    )


@pytest.mark.parametrize("batch", WRONG)
async def test_no_use_case_takes_it(gateway, file, rows, batch):
    before = await rows("SELECT count(*) FROM batch")
    with pytest.raises(DeniedError) as by_file:
        await take_file(gateway, file, batch=batch)
    async with gateway.units.begin("test.upload", TAX) as work:
        with pytest.raises(DeniedError) as by_upload:
            await open_upload(
                work, gateway.intake.spool, UploadRequest("tax_arrears", batch, 9, None), most_bytes=1_000_000
            )
    assert says_the_rule(by_file.value)
    assert says_the_rule(by_upload.value)
    assert await rows("SELECT count(*) FROM batch") == before


@pytest.mark.parametrize("batch", [one for one in WRONG if one.isascii() and "\n" not in one])
async def test_no_door_over_http_takes_it(gateway, push, client, access, batch):
    pushed = await push(arrears([7001]), batch or " ")
    lists = await client.post(
        "/v1/datasets/tax_arrears/withdrawals?reason=清单撤回", content=arrears([7001]).encode(),
        headers={"Batch-Id": batch or " ", **await access()},
    )  # fmt: skip
    assert (pushed.status_code, lists.status_code) == (400, 400)


async def test_the_console_takes_it_no_more_than_others(gateway, rows):
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as browser:
        await signed_in(gateway, browser, "clerk-ids", "clerk", agency="tax")
        for batch, status in (("批 1", 400), ("a" * 129, 400), ("b" * 128, 303)):
            form = {"csrf": await csrf(browser), "dataset": "tax_arrears", "batch": batch, "preview": str(uuid4())}
            answer = await browser.post(
                "/console/uploads", data=form, files={"file": ("a.csv", arrears([7002]).encode())},
                headers=same_site(browser),
            )  # fmt: skip
            assert (answer.status_code, "批次号为" in answer.text) == (status, status == 400)


@pytest.mark.parametrize("batch", RIGHT)
async def test_every_door_takes_what_is_one(gateway, push, file, batch):
    assert (await push(arrears([7003]), batch)).status_code in {200, 201}
    with pytest.raises(DeniedError, match="已用于其他内容"):
        await take_file(gateway, file, batch=batch)
