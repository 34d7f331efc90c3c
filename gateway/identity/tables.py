"""Tables of identities: the instance's own keys, and the clients that may log in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

Timestamp = DateTime(timezone=True)


class InstanceKey(SQLModel, table=True):
    """A private key of the instance, sealed under the KEK."""

    __tablename__ = "instance_key"
    __table_args__ = (Index("instance_key_active", "purpose", unique=True, postgresql_where=text("status = 'active'")),)
    kid: str = Field(primary_key=True, sa_type=Text)
    purpose: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)  # next, active, retiring, retired
    public: dict[str, Any] = Field(sa_type=JSONB)
    sealed: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class Institution(SQLModel, table=True):
    """A bank, a guarantee centre, a micro-loan company: the party that accounts belong to."""

    __tablename__ = "institution"
    institution_id: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    class_: str = Field(sa_column=Column("class", Text, nullable=False))
    status: str = Field(sa_type=Text)  # active, suspended
    created_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class Once(SQLModel, table=True):
    """The digest of something that may happen once, such as a client assertion."""

    __tablename__ = "once"
    __table_args__ = (Index("once_expires_at", "expires_at"),)
    key: bytes = Field(primary_key=True, sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=Timestamp)


class Client(SQLModel, table=True):
    """One who logs in with a key of its own: account, agency, signatory, platform, auditor or operator."""

    __tablename__ = "client"
    client_id: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    institution_id: str | None = Field(default=None, foreign_key="institution.institution_id", sa_type=Text)
    subject: str | None = Field(default=None, sa_type=Text)  # the USCC a signatory acts for
    jwks: dict[str, Any] = Field(sa_type=JSONB)
    status: str = Field(sa_type=Text)  # active, suspended
    created_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
