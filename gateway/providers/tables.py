"""Tables of providers; who may change what stands in migrations 0056 and 0060."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class ProviderVersion(SQLModel, table=True):
    """What is agreed with a provider, and whether it is asked, from an entry on; none is ever changed."""

    __tablename__ = "provider_version"
    provider: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    status: str = Field(sa_type=Text)
    terms: dict[str, Any] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class JointVersion(SQLModel, table=True):
    """What is agreed of a joint answer of several providers, from an entry on; none is ever changed."""

    __tablename__ = "joint_version"
    provider: str = Field(primary_key=True, sa_type=Text)  # the name it is asked for by: no provider has the same
    version: int = Field(primary_key=True)
    status: str = Field(sa_type=Text)
    terms: dict[str, Any] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class ProviderStatement(SQLModel, table=True):
    """What a provider signed of an answer that was given: the bytes it sent, and its signature. Never changed."""

    __tablename__ = "provider_statement"
    inquiry_id: UUID = Field(primary_key=True)
    provider: str = Field(primary_key=True, sa_type=Text)
    version: int  # of the terms, which name the key
    body: bytes = Field(sa_type=LargeBinary)
    signature: str = Field(sa_type=Text)
    event_id: UUID


class ProviderDay(SQLModel, table=True):
    """How often a provider was asked on a day with one outcome, within so many milliseconds, and in how many tries.

    Several rows of one kind (`shard`), so that who settles a question seldom waits for another.
    """

    __tablename__ = "provider_day"
    provider: str = Field(primary_key=True, sa_type=Text)
    day: date = Field(primary_key=True)
    outcome: str = Field(primary_key=True, sa_type=Text)
    within_ms: int = Field(primary_key=True)
    shard: int = Field(primary_key=True, sa_type=SmallInteger)
    calls: int = Field(sa_type=BigInteger)
    attempts: int = Field(sa_type=BigInteger)
