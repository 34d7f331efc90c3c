"""Table of output policies; who may change what stands in migration 0046."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class OutputPolicyVersion(SQLModel, table=True):
    """One version of what an institution is shown of a product, from a moment on. Never changed."""

    __tablename__ = "output_policy"
    institution: str = Field(primary_key=True, sa_type=Text)
    product: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    form: str = Field(sa_type=Text)
    threshold: int | None = None
    left_out: list[str] = Field(sa_type=ARRAY(Text))
    effective_from: datetime = Field(sa_type=Timestamp)
    event_id: UUID
