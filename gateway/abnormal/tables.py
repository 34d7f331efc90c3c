"""Cases of abnormal use; who may change what stands in migration 0047."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class AbnormalUse(SQLModel, table=True):
    """What was seen of an account, and what became of it. While a case is held, its account asks nothing."""

    __tablename__ = "abnormal_use"
    __table_args__ = (
        Index("abnormal_use_held", "account", unique=True, postgresql_where=text("status = 'held'")),
        Index("abnormal_use_account", "account", "case_id"),
        Index("abnormal_use_institution", "institution", "case_id"),
    )
    case_id: UUID = Field(primary_key=True)
    account: str = Field(foreign_key="client.client_id", sa_type=Text)
    institution: str = Field(sa_type=Text)
    rule: str = Field(sa_type=Text)  # denials, subjects
    counted: int = Field(sa_type=Integer)
    most: int = Field(sa_type=Integer)  # what the limit was
    since: datetime = Field(sa_type=Timestamp)  # what was looked at
    until: datetime = Field(sa_type=Timestamp)
    sample: list[str] = Field(sa_type=JSONB)  # the newest inquiries of those that were counted
    status: str = Field(sa_type=Text)  # held, lifted, suspended
    held_at: datetime = Field(sa_type=Timestamp)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)
    reason: str | None = Field(default=None, sa_type=Text)  # why it was decided so
    event_id: UUID
