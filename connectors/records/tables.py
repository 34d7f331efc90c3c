"""Tables of what is done with records once they are in: acts, one by one and by list (evidence: only ever added), and
what the column store has yet to take up.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from connectors.columns import Timestamp

_Integers: Any = ARRAY(Integer)


class RecordAct(SQLModel, table=True):
    """One act upon a record, and the state it left the record's key in; `number` counts the acts on a key."""

    __tablename__ = "record_act"
    __table_args__ = (
        Index("record_act_key", "business_key", postgresql_using="hash"),
        Index("record_act_record", "record_id"),
        Index("record_act_objection", "agency", "act_id", postgresql_where=text("kind = 'object'")),
        Index("record_act_taken_back", "event_id", postgresql_where=text("kind IN ('withdraw', 'repair', 'uphold')")),
        Index("record_act_ended", "act_batch", postgresql_where=text("kind = 'end'")),
    )
    act_id: UUID = Field(primary_key=True)
    dataset: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    business_key: str = Field(sa_type=Text)
    record_id: UUID
    version: int
    number: int
    kind: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    hides: bool
    lasting: bool
    effective_on: date
    reason: str = Field(sa_type=Text)
    document: str | None = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    act_batch: UUID | None  # the list of keys it came with; of an ending, the batch that did not name the record
    recorded_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
    # Of an objection, by when it is seen to, as it was told; None before migration 0053.
    term: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))


class ActBatch(SQLModel, table=True):
    """One list of keys an agency acted upon at once, and what came of each."""

    __tablename__ = "act_batch"
    __table_args__ = (UniqueConstraint("agency", "dataset", "sender_batch"),)
    act_batch: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    dataset: str = Field(sa_type=Text)
    sender_batch: str = Field(sa_type=Text)
    digest: bytes = Field(sa_type=LargeBinary)
    kind: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=Timestamp)
    row_count: int
    done: int
    already: int
    unknown: int
    refused: list[dict[str, Any]] = Field(sa_type=JSONB)
    event_id: UUID


class ColumnDue(SQLModel, table=True):
    """Records that the column store has not taken up as they are now: a batch as a whole, or these leaves of one.

    Written by triggers on batch, record and record_act (migration 0035), deleted with the list of files that hold them.
    """

    __tablename__ = "column_due"
    due_id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    dataset: str = Field(sa_type=Text)
    batch_id: UUID
    leaves: list[int] | None = Field(sa_type=_Integers)
    since: datetime = Field(sa_type=Timestamp)
    left_by: int | None = Field(default=None, sa_type=BigInteger)  # the number of the subject they are no longer of
