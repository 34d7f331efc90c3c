"""Tables of people and of the sessions they have open."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp

_Digests: Any = ARRAY(LargeBinary)


class Person(SQLModel, table=True):
    """One who signs in: by password and one-time code, or by an identity provider."""

    __tablename__ = "person"
    __table_args__ = (
        Index("person_enterprise", "enterprise", postgresql_where=text("enterprise IS NOT NULL")),
        Index("person_office", "office", postgresql_where=text("office IS NOT NULL")),
    )
    person_id: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    institution_id: str | None = Field(default=None, foreign_key="institution.institution_id", sa_type=Text)
    agency: str | None = Field(default=None, sa_type=Text)
    office: str | None = Field(default=None, sa_type=Text)  # of a disposal office: its county's division code
    enterprise: str | None = Field(default=None, sa_type=Text)  # of an owner: the unified social credit code
    acts_from: datetime | None = Field(default=None, sa_type=Timestamp)  # of an owner who has to wait
    status: str = Field(sa_type=Text)  # invited, active, suspended
    password_hash: str | None = Field(default=None, sa_type=Text)
    totp_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    totp_step: int = 0  # the last step used: a code opens once
    invitation: bytes | None = Field(default=None, sa_type=LargeBinary)  # the digest of the link that was handed over
    invited_until: datetime | None = Field(default=None, sa_type=Timestamp)
    oidc_subject: str | None = Field(default=None, unique=True, sa_type=Text)
    factor_reset_until: datetime | None = Field(default=None, sa_type=Timestamp)  # the password alone, once
    recovery_codes: list[bytes] = Field(default_factory=list, sa_type=_Digests)
    signed_in_at: datetime | None = Field(default=None, sa_type=Timestamp)
    notice: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))  # what they are told next
    created_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class PersonSession(SQLModel, table=True):
    """A session, by the digest of its cookie."""

    __tablename__ = "person_session"
    __table_args__ = (Index("person_session_expires_at", "expires_at"),)
    session_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_id: str = Field(foreign_key="person.person_id", sa_type=Text)
    created_at: datetime = Field(sa_type=Timestamp)
    seen_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    device: str = Field(default="", sa_type=Text)  # the browser, in a few words


class PersonAddress(SQLModel, table=True):
    """That a person signed in from an address, by a keyed digest of both."""

    __tablename__ = "person_address"
    __table_args__ = (Index("person_address_expires_at", "expires_at"),)
    mark: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_id: str = Field(foreign_key="person.person_id", sa_type=Text)
    expires_at: datetime = Field(sa_type=Timestamp)


class SignInLane(SQLModel, table=True):
    """How many tries a lane has seen, and when it opens again (gateway/people/lanes.py)."""

    __tablename__ = "sign_in_lane"
    __table_args__ = (Index("sign_in_lane_expires_at", "expires_at"),)
    lane: bytes = Field(primary_key=True, sa_type=LargeBinary)
    tries: int
    free_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)


class SavedView(SQLModel, table=True):
    """A view of a table that a person keeps (gateway/people/saved_views.py)."""

    __tablename__ = "saved_view"
    person_id: str = Field(primary_key=True, foreign_key="person.person_id", sa_type=Text)
    table_name: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    query: str = Field(sa_type=Text)
    saved_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
