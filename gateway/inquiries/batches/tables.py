"""Tables of batches; what became of each question stands with its inquiry."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class InquiryBatch(SQLModel, table=True):
    """Questions that were put together under one key; all or none (`held_until`: their units are held) or partial."""

    __tablename__ = "inquiry_batch"
    __table_args__ = (
        UniqueConstraint("account", "key"),
        Index("inquiry_batch_institution", "institution", "batch_id"),
    )
    batch_id: UUID = Field(primary_key=True)
    account: str = Field(sa_type=Text)
    institution: str = Field(sa_type=Text)
    person: str | None = Field(default=None, sa_type=Text)
    through: str | None = Field(default=None, sa_type=Text)  # the intermediary's client that acted, and whose it is
    intermediary: str | None = Field(default=None, sa_type=Text)
    key: str = Field(sa_type=Text)
    digest: bytes = Field(sa_type=LargeBinary)
    partial: bool
    total: int
    day: date
    held_until: datetime | None = Field(default=None, sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
    turn_until: datetime | None = Field(default=None, sa_type=Timestamp)  # somebody asks it; None: nobody yet


class InquiryBatchRow(SQLModel, table=True):
    """One question of a batch, by its place, and the inquiry that it is."""

    __tablename__ = "inquiry_batch_row"
    batch_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    question: dict[str, Any] = Field(sa_type=JSONB)
    inquiry_id: UUID
