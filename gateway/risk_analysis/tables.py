"""The table of watches that were tried out; who may change what stands in migration 0073. Nothing is put in force."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class RiskTrial(SQLModel, table=True):
    """A watch that somebody tries out: what it is, how far it has come, and what came of it."""

    __tablename__ = "risk_trial"
    __table_args__ = (
        Index(
            "risk_trial_under_way", text("(true)"), unique=True,
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
    )  # fmt: skip
    trial_id: UUID = Field(primary_key=True)
    asked_by: str = Field(sa_type=Text)
    asked_at: datetime = Field(sa_type=Timestamp)
    watch: dict[str, Any] = Field(sa_type=JSONB)
    digest: str = Field(sa_type=Text)  # the watch's
    state: str = Field(sa_type=Text)  # waiting, running, finished, failed
    done: int = 0  # of the pieces
    pieces: int = 0
    as_of: date | None = None
    finished_at: datetime | None = Field(default=None, sa_type=Timestamp)
    result: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    moves: list[Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))  # many: not read for lists
    fault: str | None = Field(default=None, sa_type=Text)
    event_id: UUID
    closing_event_id: UUID | None = None
