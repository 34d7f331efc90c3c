"""The table of a challenger's nights; who may change what stands in migration 0072."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class ChallengerNight(SQLModel, table=True):
    """A night's comparison of the declared challenger with the card in force: figures of all enterprises together, of
    none by itself; or why there are none. `challenger` is "" where its card could not be read.
    """

    __tablename__ = "challenger_night"
    as_of: date = Field(primary_key=True)
    challenger: str = Field(primary_key=True, sa_type=Text)
    champion: str = Field(sa_type=Text)
    told: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    fault: str | None = Field(default=None, sa_type=Text)
    computed_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
