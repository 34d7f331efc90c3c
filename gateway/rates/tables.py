"""Tables of rates; who may change what stands in migrations 0047 and 0052."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Integer, Numeric, Text
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class RateLimit(SQLModel, table=True):
    """One limit of an account, an institution, a signatory, or of all of them (`scope_id` ""), from an instant on.

    `most` None takes it away: the limit for all of them holds, or the program's own.
    """

    __tablename__ = "rate_limit"
    scope: str = Field(primary_key=True, sa_type=Text)
    scope_id: str = Field(primary_key=True, sa_type=Text)
    measure: str = Field(primary_key=True, sa_type=Text)
    effective_from: datetime = Field(primary_key=True, sa_type=Timestamp)
    most: int | None = Field(default=None, sa_type=Integer)
    reason: str | None = Field(default=None, sa_type=Text)  # of those that were set before reasons were asked for
    event_id: UUID


class RateUse(SQLModel, table=True):
    """How far ahead of the clock a party is over all workers, in seconds since 1970.

    Not logged to disk: a crash forgets it, and everybody begins with a whole burst.
    """

    __tablename__ = "rate_use"
    __table_args__ = {"prefixes": ["UNLOGGED"]}
    scope: str = Field(primary_key=True, sa_type=Text)
    scope_id: str = Field(primary_key=True, sa_type=Text)
    arrival: Decimal = Field(sa_type=Numeric)
