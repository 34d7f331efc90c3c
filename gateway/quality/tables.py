"""Tables of quality; who may change what stands in migration 0014."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Numeric, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


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


class HeldDelivery(SQLModel, table=True):
    """A delivery that looks unlike those before it: kept aside until a person decides."""

    __tablename__ = "held_delivery"
    __table_args__ = (
        Index(
            "held_delivery_waiting",
            "agency",
            "dataset",
            "sender_batch",
            "digest",
            unique=True,
            postgresql_where=text("status = 'waiting'"),
        ),
        Index("held_delivery_held_at", "agency", "dataset", "held_at"),
    )
    held_id: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    dataset: str = Field(sa_type=Text)
    sender_batch: str = Field(sa_type=Text)
    digest: bytes = Field(sa_type=LargeBinary)
    way: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    agency_signature: str | None = Field(sa_type=Text)
    file_digest: bytes = Field(sa_type=LargeBinary)
    findings: list[dict[str, str]] = Field(sa_type=JSONB)
    held_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    status: str = Field(sa_type=Text)  # waiting, accepted, discarded, expired
    decided_by: str | None = Field(sa_type=Text)
    decided_at: datetime | None = Field(sa_type=Timestamp)
    batch_id: UUID | None
    event_id: UUID


class Alert(SQLModel, table=True):
    """A promise that is not kept, from when it was seen until it was good again."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("alert_open", "agency", "dataset", "kind", unique=True, postgresql_where=text("closed_at IS NULL")),
    )
    alert_id: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    dataset: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)  # silent, late, errors, drift
    seen: dict[str, Any] = Field(sa_type=JSONB)
    opened_at: datetime = Field(sa_type=Timestamp)
    closed_at: datetime | None = Field(sa_type=Timestamp)
    event_id: UUID
    closing_event_id: UUID | None
