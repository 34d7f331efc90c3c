"""The table of alerts; who may change what stands in migration 0014."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


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
