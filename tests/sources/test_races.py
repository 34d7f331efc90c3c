"""Two who add a source under one id."""

import asyncio

from gateway.runtime.denial import DeniedError
from tests.enterprises import uscc
from tests.gates import held, writes_to
from tests.submissions import add_source


async def test_a_source_that_two_add_is_one_and_the_other_is_told(gateway, tmp_path):
    (tmp_path / "a.csv").write_text(f"企业名称,统一社会信用代码\n甲公司,{uscc(1)}\n")
    config = {"path": str(tmp_path / "a.csv")}
    async with held(gateway.database, writes_to("audit_event")) as gate:
        both = [asyncio.create_task(add_source(gateway, "twice", "ent_registration", "file", config)) for _ in range(2)]
        await gate.waiting(2)
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, DeniedError)]
    assert [outcome.denial.reason for outcome in refused] == ["source-exists"]
    assert outcomes.count(None) == 1
