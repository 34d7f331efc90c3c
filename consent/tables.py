"""Tables of consents; who may change what stands in migrations 0005, 0019 and 0038."""

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
    status: str = Field(sa_type=Text)  # see consent/life.py
    terms: bytes = Field(sa_type=LargeBinary)
    actor: str = Field(sa_type=Text)
    approval: str | None = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)  # why it was changed, in the words of whoever did
    gathered: str | None = Field(default=None, sa_type=Text)  # approvals, persons, files so far: consent/gathered.py
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
    ends_at: datetime = Field(sa_type=Timestamp)  # as the terms have it, to find by
    most: int | None = None  # likewise: max_uses


class ConsentDue(SQLModel, table=True):
    """A consent that has not ended, and when time will end it: what the sweep looks through."""

    __tablename__ = "consent_due"
    __table_args__ = (Index("consent_due_at", "due_at"),)
    consent_id: UUID = Field(primary_key=True)
    due_at: datetime = Field(sa_type=Timestamp)


class ConsentFile(SQLModel, table=True):
    """A file that proves something about a consent, sealed; what it is, the version that took it up says."""

    __tablename__ = "consent_file"
    consent_id: UUID = Field(primary_key=True)
    sha256: str = Field(primary_key=True, sa_type=Text)
    sealed: bytes = Field(sa_type=LargeBinary)
    event_id: UUID


class ConsentTemplate(SQLModel, table=True):
    """One version of a template as it is written (consent/templates.py), and from when on it rules."""

    __tablename__ = "consent_template"
    template: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    effective_from: datetime = Field(sa_type=Timestamp)
    content: str = Field(sa_type=Text)  # canonical JSON
    event_id: UUID


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
