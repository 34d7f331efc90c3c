"""Tables of usage results and of what goes to platforms; who may change what stands in migration 0007."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class UsageResult(SQLModel, table=True):
    """What an institution did with an answer; a correction is a further version."""

    __tablename__ = "usage_result"
    __table_args__ = (Index("usage_result_inquiry", "inquiry_id", "version", unique=True),)
    result_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    inquiry_id: UUID
    account: str = Field(sa_type=Text)
    institution: str = Field(sa_type=Text)
    uscc: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)  # canonical JSON of what was reported
    exchange: UUID
    recorded_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class Peer(SQLModel, table=True):
    """A platform: where to deliver, the key its receipts are signed with, and who we are there."""

    __tablename__ = "peer"
    peer_id: str = Field(primary_key=True, sa_type=Text)
    role: str = Field(sa_type=Text)  # brain, city, province; market-regulator, police, supervisor
    url: str = Field(sa_type=Text)
    jwk: dict[str, Any] = Field(sa_type=JSONB)
    client_id: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)  # active, known, suspended
    event_id: UUID


class Delivery(SQLModel, table=True):
    """One message to one platform, and the receipts that came back."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("delivery_exchange", "exchange"),
        Index("delivery_open", "created_at", postgresql_where=text("state IN ('pending', 'acknowledged')")),
    )
    delivery_id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)  # usage-results, evaluations, case-transfers
    peer_id: str = Field(foreign_key="peer.peer_id", sa_type=Text)
    exchange: UUID
    message: str = Field(sa_type=Text)
    items_digest: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)  # pending, acknowledged (onward receipt awaited), confirmed, refused
    attempts: int
    last_fault: str | None = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=Timestamp)
    settled_at: datetime | None = Field(sa_type=Timestamp)
    receipt: str | None = Field(sa_type=Text)
    onward_receipt: str | None = Field(sa_type=Text)
    event_id: UUID


class Received(SQLModel, table=True):
    """One message this instance has taken in, with the receipt it gave."""

    __tablename__ = "received"
    __table_args__ = (Index("received_kind", "kind", "received_at"),)
    sender: str = Field(primary_key=True, sa_type=Text)
    delivery_id: UUID = Field(primary_key=True)
    exchange: UUID
    kind: str = Field(sa_type=Text)
    digest: bytes = Field(sa_type=LargeBinary)
    message: str = Field(sa_type=Text)
    receipt: str = Field(sa_type=Text)
    subjects: list[str] = Field(sa_type=ARRAY(Text))
    received_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
