"""Runs that compared names, and what they proposed; who may change what stands in migration 0066."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp

_WAITING = text("status IN ('open', 'accepted')")


class MatchRun(SQLModel, table=True):
    """One comparison of all names that wait with the register: `digest` is over all that went in and the program."""

    __tablename__ = "match_run"
    run_id: UUID = Field(primary_key=True)
    made_at: datetime = Field(sa_type=Timestamp)
    digest: str = Field(sa_type=Text)
    versions: dict[str, str] = Field(sa_type=JSONB)
    names: int
    subjects: int
    proposals: int
    event_id: UUID


class MatchProposal(SQLModel, table=True):
    """An enterprise that an agency's records of one name may be of, and what people made of it. No name stands here."""

    __tablename__ = "match_proposal"
    __table_args__ = (
        Index(
            "match_proposal_once", "agency", "kind", "value", "subject_id", unique=True,
            postgresql_where=text("status <> 'outdated'"),
        ),
        Index("match_proposal_waiting", text("weight DESC"), "proposal_id", postgresql_where=_WAITING),
        Index("match_proposal_identifier", "kind", "value"),
        Index("match_proposal_run", "run_id"),
    )  # fmt: skip
    proposal_id: UUID = Field(primary_key=True)
    run_id: UUID = Field(foreign_key="match_run.run_id")
    agency: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)  # what the records are found by, and its value
    value: str = Field(sa_type=Text)
    subject_id: UUID = Field(foreign_key="subject.subject_id")
    weight: Decimal = Field(sa_type=Numeric(8, 3))
    levels: dict[str, str] = Field(sa_type=JSONB)  # how each part of the two names compares
    status: str = Field(sa_type=Text)  # open, accepted, confirmed, rejected, taken_back, outdated
    accepted_by: str | None = Field(default=None, sa_type=Text)  # who decided first
    accepted_at: datetime | None = Field(default=None, sa_type=Timestamp)
    decided_by: str | None = Field(default=None, sa_type=Text)  # who decided last
    decided_at: datetime | None = Field(default=None, sa_type=Timestamp)
    reason: str | None = Field(default=None, sa_type=Text)
    event_id: UUID
