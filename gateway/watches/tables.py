"""The table of releases of the risk watch; who may change what stands in migration 0069."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class WatchRelease(SQLModel, table=True):
    """Rules or a model put in force, with the back-test they were tried by; none is ever changed.

    `source` is what was handed in: "" where the rules are those that the program ships, or where no model is to be in
    force (its version is 0).
    """

    __tablename__ = "watch_release"
    number: int = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    version: int
    digest: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    report: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
