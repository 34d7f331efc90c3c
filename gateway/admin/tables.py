"""Changes as they were asked for and decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class Change(SQLModel, table=True):
    """One change: what, by whom, and what became of it."""

    __tablename__ = "change"
    change_id: UUID = Field(primary_key=True)
    action: dict[str, Any] = Field(sa_type=JSONB)
    status: str = Field(sa_type=Text)  # waiting, done, rejected
    asked_by: str = Field(sa_type=Text)
    asked_at: datetime = Field(sa_type=Timestamp)
    decided_by: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = Field(default=None, sa_type=Timestamp)
    event_id: UUID
    act: str | None = Field(default=None, sa_type=Text)  # which of the graph's acts; none for the oldest
    asked_person: str | None = Field(default=None, sa_type=Text)  # who asked, as a person
    decided_person: str | None = Field(default=None, sa_type=Text)  # who approved or rejected, as a person
    before: dict[str, Any] | None = Field(default=None, sa_type=JSONB)  # what it replaces; none for the oldest
    reason: str | None = Field(default=None, sa_type=Text)  # why it was rejected, where somebody said so
