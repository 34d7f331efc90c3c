"""Table of duty bases; who may change what stands in migration 0055."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class DutyBasis(SQLModel, table=True):
    """A duty of a government body, from its beginning until it ends; nothing of it changes but that it is ended."""

    __tablename__ = "duty_basis"
    __table_args__ = (Index("duty_basis_institution", "institution", "code"),)
    code: str = Field(primary_key=True, sa_type=Text)
    institution: str = Field(foreign_key="institution.institution_id", sa_type=Text)
    law: str = Field(sa_type=Text)
    article: str = Field(sa_type=Text)
    purposes: list[str] = Field(sa_type=ARRAY(Text))
    products: list[str] = Field(sa_type=ARRAY(Text))
    categories: list[str] = Field(sa_type=ARRAY(Text))  # none: all
    sources: list[str] = Field(sa_type=ARRAY(Text))  # likewise
    datasets: list[str] = Field(sa_type=ARRAY(Text))  # restricted ones, which nothing but their name opens
    valid_from: datetime = Field(sa_type=Timestamp)
    valid_until: datetime = Field(sa_type=Timestamp)  # half open
    approved_by: str | None = Field(default=None, sa_type=Text)
    event_id: UUID
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)
    ended_by: UUID | None = None  # the entry of its end
