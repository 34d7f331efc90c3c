"""What is looked at after each module: a row that names an entry which the log has not is found, wherever it stands."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from gateway.runtime.actor import Actor
from tests.evidence_left import rows_without_entry

ALERT = """INSERT INTO alert (alert_id, agency, dataset, kind, seen, opened_at, closed_at, event_id, closing_event_id)
    VALUES (gen_random_uuid(), 'tax', 'tax_arrears', 'late', '{}', now(), now(), :opening, :closing)"""
NIGHT = """INSERT INTO challenger_night (as_of, challenger, champion, fault, computed_at, event_id)
    VALUES ('2026-01-01', 'one', 'other', 'none', now(), :opening)"""


@pytest.mark.parametrize(
    ("row", "opening", "closing", "found"),
    [
        (ALERT, "recorded", "recorded", []), (ALERT, "recorded", "never", ["alert.closing_event_id"]),
        (ALERT, "never", "recorded", ["alert.event_id"]), (NIGHT, "never", "", ["challenger_night.event_id"]),
        (NIGHT, "planted", "", []),
    ],
)  # fmt: skip
async def test_a_row_whose_entry_was_never_recorded_is_found(gateway, row, opening, closing, found):
    async with gateway.units.begin("test.recorded", Actor("person:one", "person")) as work:
        recorded = await work.record("person.enrolled", outcome="enrolled")
    ids = {"recorded": recorded, "never": uuid7(), "planted": uuid4(), "": None}
    async with gateway.database.begin("test.row", role="owner") as session:
        await session.execute(text(row), {"opening": ids[opening], "closing": ids[closing]})
    left = await rows_without_entry(gateway.database)
    async with gateway.database.begin("test.tidy", role="owner") as session:
        await session.execute(text("TRUNCATE alert, challenger_night"))
    assert [one.partition(" ")[0] for one in left] == found
