"""Tables of consents; who may change what stands in migrations 0005 and 0019."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

Timestamp = DateTime(timezone=True)


class ConsentVersion(SQLModel, table=True):
    """One version of a consent: the terms as they were signed, its status, and the receipt. Never changed."""

    __tablename__ = "consent_version"
    consent_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    status: str = Field(sa_type=Text)  # requested, active, rejected, paused, revoked
    terms: bytes = Field(sa_type=LargeBinary)
    actor: str = Field(sa_type=Text)
    approval: str | None = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)  # why it was changed, in the words of whoever did
    receipt: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class ConsentHead(SQLModel, table=True):
    """The row that every use and every change of a consent locks; where it stands, its newest version says."""

    __tablename__ = "consent_head"
    __table_args__ = (
        Index("consent_head_grantee", "institution", "uscc"),
        Index("consent_head_uscc", "uscc"),
    )
    consent_id: UUID = Field(primary_key=True)
    institution: str = Field(sa_type=Text)
    uscc: str = Field(sa_type=Text)
    uses: int


class ConsentUse(SQLModel, table=True):
    """One answer given on a consent."""

    __tablename__ = "consent_use"
    __table_args__ = (Index("consent_use_consent", "consent_id", "used_at"),)
    inquiry_id: UUID = Field(primary_key=True)
    consent_id: UUID
    version: int
    account: str = Field(sa_type=Text)
    institution: str = Field(sa_type=Text)
    product: str = Field(sa_type=Text)
    purpose: str = Field(sa_type=Text)
    used_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
