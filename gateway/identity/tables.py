"""Tables of identities: the instance's own keys, and the clients that may log in."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp

_Texts: Any = ARRAY(Text)


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
    changed_at: datetime | None = Field(default=None, sa_type=Timestamp)  # when it took its present status


class Institution(SQLModel, table=True):
    """A bank, a guarantee centre, a micro-loan company: the party that accounts belong to."""

    __tablename__ = "institution"
    institution_id: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    class_: str = Field(sa_column=Column("class", Text, nullable=False))
    status: str = Field(sa_type=Text)  # active, suspended, closed
    created_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
    agreement_from: date | None = None  # both days belong to the agreement's period; none is open
    agreement_until: date | None = None
    exit_via: str | None = Field(default=None, foreign_key="institution.institution_id", sa_type=Text)  # alone


class Delegation(SQLModel, table=True):
    """An intermediary may ask in the name of an account, until that is ended."""

    __tablename__ = "delegation"
    __table_args__ = (
        Index("delegation_in_force", "account", "intermediary", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("delegation_intermediary", "intermediary", "delegation_id"),
    )
    delegation_id: UUID = Field(primary_key=True)
    account: str = Field(foreign_key="client.client_id", sa_type=Text)
    intermediary: str = Field(foreign_key="institution.institution_id", sa_type=Text)
    granted_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)
    ended_by: UUID | None = None  # the entry that ended it


class Once(SQLModel, table=True):
    """The digest of something that may happen once, such as a client assertion."""

    __tablename__ = "once"
    __table_args__ = (Index("once_expires_at", "expires_at"),)
    key: bytes = Field(primary_key=True, sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=Timestamp)


class Client(SQLModel, table=True):
    """One who logs in with a key of its own: account, agency, signatory, platform or administrator.

    The administrators are three (GB/T 22239): operator (security), system, auditor.
    """

    __tablename__ = "client"
    client_id: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    institution_id: str | None = Field(default=None, foreign_key="institution.institution_id", sa_type=Text)
    subject: str | None = Field(default=None, sa_type=Text)  # the USCC a signatory acts for
    status: str = Field(sa_type=Text)  # active, suspended, closed
    created_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
    scopes: list[str] | None = Field(default=None, sa_type=_Texts)  # None: all of its kind
    products: list[str] | None = Field(default=None, sa_type=_Texts)  # None: every product
    networks: list[str] | None = Field(default=None, sa_type=_Texts)  # None: from anywhere
    redirect_uris: list[str] = Field(default_factory=list, sa_type=_Texts)
    last_used_at: datetime | None = Field(default=None, sa_type=Timestamp)
    must_sign: bool = False  # an agency whose deliveries are refused unless signed
    for_people: bool = False  # an account through which its institution's staff ask at the console
    person_id: str | None = Field(default=None, sa_type=Text)  # whose it is, where an administrator's (table person)


class ClientKey(SQLModel, table=True):
    """A public key of a client; two are active while one takes over from the other."""

    __tablename__ = "client_key"
    __table_args__ = (Index("client_key_material", text("md5(COALESCE(public ->> 'x', public ->> 'n'))")),)
    client_id: str = Field(primary_key=True, foreign_key="client.client_id", sa_type=Text)
    kid: str = Field(primary_key=True, sa_type=Text)
    public: dict[str, Any] = Field(sa_type=JSONB)
    status: str = Field(sa_type=Text)  # pending, active, retired
    not_after: datetime | None = Field(default=None, sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
    not_before: datetime | None = Field(default=None, sa_type=Timestamp)  # a signatory's may have to wait
    decided: str | None = Field(default=None, sa_type=Text)  # confirmed or objected, by the enterprise itself
    decided_by: str | None = Field(default=None, sa_type=Text)


class SignatoryMandate(SQLModel, table=True):
    """On which mandate a signatory acts, by its name in the log; the newest version is the one that counts."""

    __tablename__ = "signatory_mandate"
    signatory: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    role: str = Field(sa_type=Text)  # legal_rep, agent
    reference: str | None = Field(default=None, sa_type=Text)  # what it rests on: a power of attorney's number
    valid_until: datetime | None = Field(default=None, sa_type=Timestamp)
    holder: str | None = Field(default=None, sa_type=Text)  # a hash that tells one human being from another
    recorded_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class IssuedToken(SQLModel, table=True):
    """A token that was given out and has not ended; revoked, no worker takes it any more."""

    __tablename__ = "issued_token"
    __table_args__ = (Index("issued_token_expires_at", "expires_at"),)
    jti: UUID = Field(primary_key=True)
    client_id: str = Field(sa_type=Text)
    person_id: str | None = Field(default=None, sa_type=Text)
    expires_at: datetime = Field(sa_type=Timestamp)
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)


class PushedRequest(SQLModel, table=True):
    """An authorization request pushed ahead of the browser (RFC 9126)."""

    __tablename__ = "pushed_request"
    request_uri: str = Field(primary_key=True, sa_type=Text)
    client_id: str = Field(sa_type=Text)
    parameters: dict[str, Any] = Field(sa_type=JSONB)
    expires_at: datetime = Field(sa_type=Timestamp)


class AuthorizationCode(SQLModel, table=True):
    """A code, by its digest; used once, and its token dies with a second use."""

    __tablename__ = "authorization_code"
    code_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    client_id: str = Field(sa_type=Text)
    person_id: str = Field(sa_type=Text)
    parameters: dict[str, Any] = Field(sa_type=JSONB)
    expires_at: datetime = Field(sa_type=Timestamp)
    used_at: datetime | None = Field(default=None, sa_type=Timestamp)
    jti: UUID | None = None
