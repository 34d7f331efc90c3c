"""Imports of consents and what became of their rows; who may change what stands in migration 0050."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class ConsentImport(SQLModel, table=True):
    """One file of an institution's, by its digest."""

    __tablename__ = "consent_import"
    __table_args__ = (UniqueConstraint("institution", "digest"),)
    import_id: UUID = Field(primary_key=True)
    institution: str = Field(sa_type=Text)
    account: str = Field(sa_type=Text)
    person: str | None = Field(default=None, sa_type=Text)
    kind: str = Field(sa_type=Text)  # archive: a sheet with scans; signed: terms with the signatories' approvals
    digest: bytes = Field(sa_type=LargeBinary)
    total: int
    created_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class ConsentImportRow(SQLModel, table=True):
    """What became of a row: the consent it made, or why there is none."""

    __tablename__ = "consent_import_row"
    import_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    subject: str = Field(sa_type=Text)  # its code; empty where the row names none: it could be a person's number
    outcome: str = Field(sa_type=Text)  # active, requested, or a reason of the error table
    detail: str | None = Field(default=None, sa_type=Text)
    consent_id: UUID | None = None
    recorded_at: datetime = Field(sa_type=Timestamp)
