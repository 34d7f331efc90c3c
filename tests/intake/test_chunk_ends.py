"""Rows are read in helpings: a file is taken in whole wherever its last helping ends."""

import pytest

from connectors.store.taking import ROWS_WEIGHED
from tests.enterprises import uscc
from tests.stories import REGISTRATION, as_csv


@pytest.mark.parametrize("rows", [1, ROWS_WEIGHED - 1, ROWS_WEIGHED, ROWS_WEIGHED + 1, 2 * ROWS_WEIGHED])
async def test_every_row_is_taken_in(story, rows):
    lines = [
        [f"第{rows}次第{number}家有限公司", uscc(number), "2010-05-01", f"2024-01-{rows % 28 + 1:02}", "有限责任公司",
         f"{rows}(万元人民币)", "鞋", "某路"]
        for number in range(1, rows + 1)
    ]  # fmt: skip
    batch = await story.push("market_regulation", "ent_registration", as_csv(REGISTRATION, *lines))
    assert batch["rows"] == rows
    assert batch["accepted"] + batch["corrections"] == rows
