"""How often one push speaks to the database: each statement is time that every push of a day pays."""

import pytest
from psycopg import AsyncCursor

from tests.enterprises import uscc
from tests.submissions import take_file

HEADER = "企业或单位名称,纳税人识别号,经营地点,欠税金额,税种\n"
# An agency's standing is read before anything else, and, under its lock, as the last step.
TIMES = {"FROM client": 2, "FOR KEY SHARE": 1}
ABOUT_ROWS = 4  # what stands under their keys, whose they are, who is new, which records waited for them
ONCE = ("plan_cache_mode", "FROM batch", "FROM layout", "advisory", "audit_event", "INTO batch ", "INTO batch_profile")


@pytest.fixture
def asked(monkeypatch):
    """The statements that are executed, whichever way they go to the driver."""
    statements = []

    async def note(cursor, statement, *more, execute=AsyncCursor.execute, **others):
        text = statement.decode() if isinstance(statement, bytes) else str(statement)
        statements.append(" ".join(text.split()))
        return await execute(cursor, statement, *more, **others)

    monkeypatch.setattr(AsyncCursor, "execute", note)
    return statements


async def test_a_push_of_known_columns_says_each_thing_once(gateway, asked, tmp_path):
    file = tmp_path / "arrears.csv"
    file.write_text(f"{HEADER}甲公司,{uscc(61)},,5,增值税\n", encoding="utf-8")
    await take_file(gateway, file, batch="columns-1")
    assert any("INTO layout" in statement for statement in asked)
    asked.clear()
    file.write_text(f"{HEADER}乙公司,{uscc(62)},,6,增值税\n", encoding="utf-8")
    await take_file(gateway, file, batch="columns-2")
    expected = dict.fromkeys(ONCE, 1) | TIMES
    assert {words: sum(words in statement for statement in asked) for words in expected} == expected
    assert len(asked) == len(ONCE) + TIMES["FROM client"] + ABOUT_ROWS
    assert "FOR KEY SHARE" in asked[-1]
