"""Tables of monthly statements; who may change what stands in migration 0042."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class EnterpriseStatement(SQLModel, table=True):
    """What an enterprise was told of a month, as it was signed. Never changed."""

    __tablename__ = "enterprise_statement"
    uscc: str = Field(primary_key=True, sa_type=Text)
    month: str = Field(primary_key=True, sa_type=Text)  # 2026-11, by China's calendar
    questions: int = Field(sa_type=Integer)
    content: bytes = Field(sa_type=LargeBinary)  # canonical JSON
    signature: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class StatementMonth(SQLModel, table=True):
    """How far the statements of a month have been made: up to this code."""

    __tablename__ = "statement_month"
    month: str = Field(primary_key=True, sa_type=Text)
    after: str = Field(sa_type=Text)
    done: bool = Field(sa_type=Boolean)
