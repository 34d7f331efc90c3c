"""How often one push speaks to the database: each statement is time that every push of a day pays."""

import pytest
from sqlalchemy import event

from tests.enterprises import uscc
from tests.submissions import take_file

HEADER = "企业或单位名称,纳税人识别号,经营地点,欠税金额,税种\n"
# An agency's standing is read before anything else, and, under its lock, as the last step.
TIMES = {"FROM client": 2, "FOR KEY SHARE": 1}
ONCE = ("FROM batch", "FROM layout", "advisory", "audit_event", "INTO batch ", "INTO batch_profile")


@pytest.fixture
def asked(gateway):
    """The statements that the application's connections execute."""
    statements, engine = [], gateway.database._engines["app"].sync_engine

    def note(_connection, _cursor, statement, *_):
        statements.append(" ".join(statement.split()))

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


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
    assert len(asked) == len(ONCE) + TIMES["FROM client"]
    assert "FOR KEY SHARE" in asked[-1]
