"""Tables of the agency side; who may change what stands in migrations 0003 and 0023."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlmodel import Field, SQLModel

from connectors.columns import Timestamp

_Texts: Any = ARRAY(Text)


class SubjectRow(SQLModel, table=True):
    """An enterprise, by an id of our own."""

    __tablename__ = "subject"
    __table_args__ = (
        Index("subject_organisation", text("substr(uscc, 9, 9)")),
        Index("subject_name", "name", postgresql_ops={"name": "text_pattern_ops"}),  # by how it begins
    )
    subject_id: UUID = Field(primary_key=True)
    uscc: str | None = Field(sa_type=Text, unique=True)
    name: str | None = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=Timestamp)
    number: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), unique=True))


class SubjectIdentifier(SQLModel, table=True):
    """One way a subject is known, and how far that can be trusted (0 to 100)."""

    __tablename__ = "subject_identifier"
    __table_args__ = (Index("subject_identifier_ended", "subject_id", postgresql_where=text("ended_at IS NOT NULL")),)
    kind: str = Field(primary_key=True, sa_type=Text)
    value: str = Field(primary_key=True, sa_type=Text)
    subject_id: UUID = Field(primary_key=True, foreign_key="subject.subject_id")
    source: str = Field(primary_key=True, sa_type=Text)
    confidence: int = Field(sa_type=SmallInteger)
    batch_id: UUID | None  # the batch that says so
    recorded_at: datetime | None = Field(sa_type=Timestamp)
    former_since: datetime | None = Field(sa_type=Timestamp)  # a name: since another was registered
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)  # a decision that was taken back


class NameChange(SQLModel, table=True):
    """A name that a batch made former, or current again, in the order in which it happened."""

    __tablename__ = "name_change"
    change_id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    batch_id: UUID
    subject_id: UUID
    value: str = Field(sa_type=Text)
    former: bool


class Batch(SQLModel, table=True):
    """One submission, sealed: what came of each of its rows, and the signed statement over its records."""

    __tablename__ = "batch"
    __table_args__ = (
        UniqueConstraint("agency", "dataset", "sender_batch"),
        Index("batch_agency", "agency", "batch_id"),
        Index("batch_received", "agency", "dataset", "received_at"),
        Index("batch_corrects", "corrects", "digest", unique=True, postgresql_where=text("corrects IS NOT NULL")),
    )
    batch_id: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    dataset: str = Field(sa_type=Text)
    sender_batch: str = Field(sa_type=Text)
    digest: bytes = Field(sa_type=LargeBinary)
    way: str = Field(sa_type=Text)  # push, file or the source's id
    received_at: datetime = Field(sa_type=Timestamp)
    row_count: int
    accepted: int
    unresolved: int
    corrections: int
    duplicates: int
    natural_persons: int
    rejected: int
    reasons: dict[str, Any] = Field(sa_type=JSONB)
    statement: str = Field(sa_type=Text)
    agency_signature: str | None = Field(sa_type=Text)
    mapping: dict[str, Any] = Field(sa_type=JSONB)  # which column each field was read from, and what was done to it
    # What all rows of the file were, and which; None before migration 0024.
    counting: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    event_id: UUID
    delivery: str = Field(default="delta", sa_type=Text)  # full_list: what it does not name has ended
    ended: int = 0
    returned: int = 0  # ended before, and named again
    not_ended: str | None = Field(default=None, sa_type=Text)  # why a full list ended nothing: unreadable, outdated …
    corrects: UUID | None = Field(default=None, foreign_key="batch.batch_id")  # the first batch, never one between
    layout_id: bytes | None = Field(default=None, sa_type=LargeBinary, foreign_key="layout.layout_id")
    number: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), unique=True))


class LayoutRow(SQLModel, table=True):
    """The columns of a batch, as headings are compared and in their order."""

    __tablename__ = "layout"
    __table_args__ = (Index("layout_first_seen", "agency", "dataset", "first_seen"),)
    layout_id: bytes = Field(primary_key=True, sa_type=LargeBinary)
    agency: str = Field(sa_type=Text)
    dataset: str = Field(sa_type=Text)
    header_key: list[str] = Field(sa_type=_Texts)
    mapping: str = Field(sa_type=Text)  # id/version it fitted when it was first seen
    first_seen: datetime = Field(sa_type=Timestamp)


class Record(SQLModel, table=True):
    """One version of one normalised row; `canonical` is what the batch's root covers."""

    __tablename__ = "record"
    __table_args__ = (
        Index("record_current", "key_id", unique=True, postgresql_where=text("superseded_at IS NULL")),
        Index("record_subject", "subject_id", postgresql_where=text("superseded_at IS NULL")),
        Index("record_unresolved", "identifier_type", "identifier_value", postgresql_where=text("subject_id IS NULL")),
        Index("record_leaf", "batch_id", "leaf_index", unique=True),
        Index(
            "record_past", "business_key", postgresql_using="hash", postgresql_where=text("superseded_at IS NOT NULL")
        ),
        Index("record_subject_past", "subject_id", postgresql_where=text("superseded_at IS NOT NULL")),
    )
    record_id: UUID = Field(primary_key=True)
    dataset: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    producer: str | None = Field(sa_type=Text)
    business_key: str = Field(sa_type=Text)
    key_id: bytes = Field(sa_type=LargeBinary)  # what it is found by: connectors.store.prepare
    version: int
    subject_id: UUID | None  # no foreign key: it would lock a subject for every record stored
    identifier_type: str = Field(sa_type=Text)
    identifier_value: str = Field(sa_type=Text)
    event_date: date | None
    publish_until: date | None
    status: str = Field(sa_type=Text)  # resolved, unresolved
    recorded_at: datetime = Field(sa_type=Timestamp)
    superseded_at: datetime | None = Field(sa_type=Timestamp)
    batch_id: UUID
    leaf_index: int
    row_number: int  # in what was handed in, as a person counts it
    digest: bytes = Field(sa_type=LargeBinary)
    canonical: bytes | None = Field(sa_type=LargeBinary)  # None: kept long enough, only the digest is left


class RejectedRow(SQLModel, table=True):
    """A row that was refused, as it came (citizen numbers taken out), with the reasons."""

    __tablename__ = "rejected_row"
    batch_id: UUID = Field(primary_key=True)
    row_number: int = Field(primary_key=True)
    reasons: list[dict[str, str]] = Field(sa_type=JSONB)
    cells: dict[str, str] = Field(sa_type=JSON)  # keeps the columns' order


class CorrectedRow(SQLModel, table=True):
    """A refused row of a first batch that a later batch brought in order."""

    __tablename__ = "corrected_row"
    batch_id: UUID = Field(primary_key=True)
    row_number: int = Field(primary_key=True)
    corrected_by: UUID


class BatchProfile(SQLModel, table=True):
    """What one field of a batch looked like, in the sound rows that were looked at, and how often it was refused."""

    __tablename__ = "batch_profile"
    batch_id: UUID = Field(primary_key=True)
    field: str = Field(primary_key=True, sa_type=Text)
    looked_at: int
    filled: int
    rejected: int
    median: Decimal | None = Field(sa_type=Numeric)
    first_date: date | None
    last_date: date | None


class Source(SQLModel, table=True):
    """A source that is pulled on a schedule, and how far it has been read."""

    __tablename__ = "source"
    source_id: str = Field(primary_key=True, sa_type=Text)
    agency: str = Field(sa_type=Text)
    dataset: str = Field(sa_type=Text)
    connector: str = Field(sa_type=Text)
    config: dict[str, Any] = Field(sa_type=JSONB)
    every_seconds: int
    watermark: str | None = Field(sa_type=Text)
    due_at: datetime = Field(sa_type=Timestamp)
    last_fault: str | None = Field(sa_type=Text)
    event_id: UUID
    status: str = Field(default="active", sa_type=Text)  # active, paused, removed
    faults: int = 0  # in a row
    refusals: int = 0  # slices that were passed over
    last_refusal: str | None = Field(default=None, sa_type=Text)
    last_read_at: datetime | None = Field(default=None, sa_type=Timestamp)
    dropped: int = Field(default=0, sa_type=BigInteger)  # rows that reads passed over, since `dropped_since`
    dropped_since: datetime | None = Field(default=None, sa_type=Timestamp)
    last_drop: str | None = Field(default=None, sa_type=Text)  # why


class SourceSecret(SQLModel, table=True):
    """A secret that a source's interface gave, sealed under the KEK; one process renews it at a time."""

    __tablename__ = "source_secret"
    name: str = Field(primary_key=True, sa_type=Text)
    version: int
    sealed: bytes | None = Field(sa_type=LargeBinary)
    holder: UUID | None
    lease_until: datetime | None = Field(sa_type=Timestamp)
    changed_at: datetime = Field(sa_type=Timestamp)
