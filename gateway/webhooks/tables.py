"""Tables of webhooks; who may change what stands in migration 0042."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class WebhookEndpoint(SQLModel, table=True):
    """An address of an institution that is told of what concerns it. `topics`: of these alone, empty for all.

    `failures` are those since something last arrived, and `failing_since` when they began; `paused_until` and
    `held_until` keep senders away: until the next try, and from each other.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (Index("webhook_endpoint_institution", "institution"),)
    endpoint_id: UUID = Field(primary_key=True)
    institution: str = Field(foreign_key="institution.institution_id", sa_type=Text)
    url: str = Field(sa_type=Text)
    topics: list[str] = Field(sa_type=ARRAY(Text))
    status: str = Field(sa_type=Text)  # active, disabled, removed
    failures: int = Field(sa_type=Integer, default=0)
    failing_since: datetime | None = Field(sa_type=Timestamp, default=None)
    paused_until: datetime | None = Field(sa_type=Timestamp, default=None)
    held_until: datetime | None = Field(sa_type=Timestamp, default=None)
    created_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class WebhookDelivery(SQLModel, table=True):
    """One message to one endpoint, and what became of it."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("webhook_delivery_endpoint", "endpoint_id", "delivery_id"),
        Index("webhook_delivery_due", "endpoint_id", "next_at", postgresql_where=text("state = 'pending'")),
        Index("webhook_delivery_told", "endpoint_id", "entry", unique=True),
        Index("webhook_delivery_created", "created_at"),
    )
    delivery_id: UUID = Field(primary_key=True)
    endpoint_id: UUID = Field(foreign_key="webhook_endpoint.endpoint_id")
    entry: UUID  # the event it tells of
    type: str = Field(sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)
    state: str = Field(sa_type=Text)  # pending, delivered, failed
    attempts: int = Field(sa_type=Integer, default=0)
    next_at: datetime = Field(sa_type=Timestamp)
    last_status: int | None = Field(sa_type=SmallInteger, default=None)
    last_fault: str | None = Field(sa_type=Text, default=None)
    created_at: datetime = Field(sa_type=Timestamp)
    queued_at: datetime = Field(sa_type=Timestamp)  # when it was to be sent, or sent again
    settled_at: datetime | None = Field(sa_type=Timestamp, default=None)


class WebhookPosition(SQLModel, table=True):
    """How far the log has been read for what institutions are to be told."""

    __tablename__ = "webhook_position"
    log_id: int = Field(primary_key=True, sa_type=SmallInteger)
    next_index: int = Field(sa_type=BigInteger)
