"""Tables of cases; who may change what stands in migration 0067. What was done and said, the log has alone."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class DisposalCase(SQLModel, table=True):
    """A case: an enterprise, the risk as it was found then, the office that sees to it, and where it stands.

    One alone of an enterprise and type of risk is not closed. `points` are as `risk_standing` has them, by the watch
    of `version`; `steps` is how many steps were taken, `asks` what an office proposes that a regulator decides on.
    """

    __tablename__ = "disposal_case"
    __table_args__ = (
        Index("disposal_case_once", "subject", "type", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("disposal_case_office", "office", "due_on", postgresql_where=text("closed_at IS NULL")),
        Index("disposal_case_opened", "opened_at"),
    )
    id: UUID = Field(primary_key=True)
    subject: int = Field(sa_type=BigInteger)  # subject.number
    type: str = Field(sa_type=Text)
    level: str = Field(sa_type=Text)
    score: int
    version: int
    points: dict[str, Any] = Field(sa_type=JSONB)
    found_on: date
    opened_at: datetime = Field(sa_type=Timestamp)
    opened_by: str = Field(sa_type=Text)
    office: str = Field(sa_type=Text)  # a county's division code
    state: str = Field(sa_type=Text)  # opened, accepted, confirmed, closed: risk_monitor/handling.py
    confirmed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    due_on: date
    outcome: str | None = Field(default=None, sa_type=Text)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    steps: int
    asks: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    event_id: UUID


class DisposalFile(SQLModel, table=True):
    """A file that shows something of a case, sealed. Never changed."""

    __tablename__ = "disposal_file"
    case_id: UUID = Field(primary_key=True, foreign_key="disposal_case.id")
    sha256: str = Field(primary_key=True, sa_type=Text)
    media_type: str = Field(sa_type=Text)
    size: int
    sealed: bytes = Field(sa_type=LargeBinary)
    sealed_sha256: str = Field(sa_type=Text)
    taken_by: str = Field(sa_type=Text)
    taken_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
