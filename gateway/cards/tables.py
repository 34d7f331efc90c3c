"""The table of released cards; who may change what stands in migration 0065."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class CardRelease(SQLModel, table=True):
    """A card put in force from a moment on, with what it was tried with; none is ever changed.

    `source` is the card as it was handed in, "" where it is one that the program ships.
    """

    __tablename__ = "card_release"
    number: int = Field(primary_key=True)
    model: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    report: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    in_force_from: datetime = Field(sa_type=Timestamp)
    recorded_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
