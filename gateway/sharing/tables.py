"""The table of credentials given at the console; who may change what stands in migration 0072."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp

_Texts: Any = ARRAY(Text)


class SharedCredential(SQLModel, table=True):
    """A credential that a person of an enterprise gave an institution: its digest, not the credential itself."""

    __tablename__ = "shared_credential"
    __table_args__ = (Index("shared_credential_uscc", "uscc", "credential_id"),)
    credential_id: UUID = Field(primary_key=True)
    uscc: str = Field(sa_type=Text)
    institution: str = Field(foreign_key="institution.institution_id", sa_type=Text)
    members: list[str] = Field(sa_type=_Texts)
    digest: str = Field(sa_type=Text)
    given_by: str = Field(sa_type=Text)
    given_at: datetime = Field(sa_type=Timestamp)
    until: datetime = Field(sa_type=Timestamp)
    taken_back_at: datetime | None = Field(default=None, sa_type=Timestamp)
    event_id: UUID
