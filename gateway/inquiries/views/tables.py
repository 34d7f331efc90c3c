"""Table of views; who may change what stands in migration 0064."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class DataView(SQLModel, table=True):
    """One version of a view of an institution; one without columns ends it. Never changed."""

    __tablename__ = "data_view"
    institution: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    purpose: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    admission: list[str] = Field(sa_type=ARRAY(Text))  # columns: a tag, or dataset.field
    limit_columns: list[str] = Field(sa_type=ARRAY(Text))
    reason: str | None = Field(default=None, sa_type=Text)  # of its end
    approved_by: str | None = Field(default=None, sa_type=Text)
    effective_from: datetime = Field(sa_type=Timestamp)
    event_id: UUID
