"""Tables of the risk watch; who may change what stands in migration 0060. All of it follows from the sealed records."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class RiskDay(SQLModel, table=True):
    """A day on which all were judged, by which watch, and how many stood at each level then."""

    __tablename__ = "risk_day"
    as_of: date = Field(primary_key=True)
    judged_at: datetime = Field(sa_type=Timestamp)
    version: int
    watch: str = Field(sa_type=Text)  # its digest
    subjects: int
    budget: int  # how many of them people can look at
    notice: int
    warning: int
    restriction: int
    opened: int  # at a level since this day, at none before
    raised: int
    lowered: int
    ended: int
    digest: bytes = Field(sa_type=LargeBinary)
    event_id: UUID


class RiskStanding(SQLModel, table=True):
    """An enterprise at a level of a type of risk from a day on, until the day before `holds_to`; the current row has
    none. Its points, each with the places of the signs that held and their measures, are as of `holds_from`.

    `seen_on` is the last day on which it was judged to stand so high.
    """

    __tablename__ = "risk_standing"
    __table_args__ = (
        Index("risk_standing_current", "subject", "type", unique=True, postgresql_where=text("holds_to IS NULL")),
        Index("risk_standing_from", "holds_from"),
        Index("risk_standing_to", "holds_to", postgresql_where=text("holds_to IS NOT NULL")),
    )
    subject: int = Field(primary_key=True, sa_type=BigInteger)  # subject.number
    type: str = Field(primary_key=True, sa_type=Text)
    holds_from: date = Field(primary_key=True)
    holds_to: date | None
    seen_on: date
    level: str = Field(sa_type=Text)
    before_level: str | None = Field(sa_type=Text)
    score: int
    version: int
    points: dict[str, Any] = Field(sa_type=JSONB)
