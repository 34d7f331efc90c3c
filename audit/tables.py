"""The audit log's tables; who may do what to them stands in migration 0002."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, LargeBinary, SmallInteger, Text
from sqlmodel import Field, SQLModel

Timestamp = DateTime(timezone=True)


class AuditLog(SQLModel, table=True):
    """One log per origin (C2SP tlog-checkpoint: a scheme-less URL)."""

    __tablename__ = "audit_log"
    log_id: int = Field(primary_key=True, sa_type=SmallInteger)
    origin: str = Field(sa_type=Text, unique=True)
    opened_at: datetime = Field(sa_type=Timestamp)


class AuditEvent(SQLModel, table=True):
    """One event: its leaf as bytes, and copies of the leaf's members to search by."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("audit_event_ts", "ts"),
        Index("audit_event_institution", "institution", "event_id"),
        Index("audit_event_subject", "subject", "event_id"),
        Index("audit_event_type", "type", "event_id"),
        Index("audit_event_actor", "actor", "event_id"),
        {"postgresql_partition_by": "RANGE (event_id)"},
    )
    event_id: UUID = Field(primary_key=True)
    log_id: int = Field(sa_type=SmallInteger)
    leaf: bytes = Field(sa_type=LargeBinary)
    leaf_hash: bytes = Field(sa_type=LargeBinary)
    ts: datetime = Field(sa_type=Timestamp)
    type: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    institution: str | None = Field(sa_type=Text)
    account: str | None = Field(sa_type=Text)
    subject: str | None = Field(sa_type=Text)
    outcome: str | None = Field(sa_type=Text)


class AuditDek(SQLModel, table=True):
    """The key that one subject's payloads are sealed under, itself wrapped by the KEK; destroying it erases them."""

    __tablename__ = "audit_dek"
    key_id: UUID = Field(primary_key=True)
    subject_ref: str = Field(sa_type=Text, unique=True)
    wrapped_key: bytes | None = Field(sa_type=LargeBinary)
    destroyed_at: datetime | None = Field(sa_type=Timestamp)


class AuditPayload(SQLModel, table=True):
    """An event's payload and salt, sealed; the only part of an event that can be erased."""

    __tablename__ = "audit_payload"
    event_id: UUID = Field(primary_key=True)
    key_id: UUID
    sealed: bytes | None = Field(sa_type=LargeBinary)


class AuditPending(SQLModel, table=True):
    """The queue of events not yet in the tree: the sequencer deletes what it takes in."""

    __tablename__ = "audit_pending"
    event_id: UUID = Field(primary_key=True)
    log_id: int = Field(sa_type=SmallInteger)
    leaf_hash: bytes = Field(sa_type=LargeBinary)


class AuditLeaf(SQLModel, table=True):
    """An event's place in the tree."""

    __tablename__ = "audit_leaf"
    log_id: int = Field(primary_key=True, sa_type=SmallInteger)
    leaf_index: int = Field(primary_key=True, sa_type=BigInteger)
    event_id: UUID = Field(unique=True)


class AuditTile(SQLModel, table=True):
    """The widest state of a tile (C2SP tlog-tiles): up to 256 hashes; a narrower one is its prefix."""

    __tablename__ = "audit_tile"
    log_id: int = Field(primary_key=True, sa_type=SmallInteger)
    level: int = Field(primary_key=True, sa_type=SmallInteger)
    n: int = Field(primary_key=True, sa_type=BigInteger)
    hashes: bytes = Field(sa_type=LargeBinary)


class AuditState(SQLModel, table=True):
    """Size and root of the tree: what the sequencer compares and swaps."""

    __tablename__ = "audit_state"
    log_id: int = Field(primary_key=True, sa_type=SmallInteger)
    size: int = Field(sa_type=BigInteger)
    root: bytes = Field(sa_type=LargeBinary)


class AuditStop(SQLModel, table=True):
    """Signing stopped over what a check found, until somebody lifted it."""

    __tablename__ = "audit_stop"
    stop_id: UUID = Field(primary_key=True)
    log_id: int = Field(sa_type=SmallInteger)
    stopped_at: datetime = Field(sa_type=Timestamp)
    differences: int
    lifted_at: datetime | None = Field(sa_type=Timestamp)
    event_id: UUID


class AuditCheckpoint(SQLModel, table=True):
    """A signed tree head that has been published."""

    __tablename__ = "audit_checkpoint"
    log_id: int = Field(primary_key=True, sa_type=SmallInteger)
    size: int = Field(primary_key=True, sa_type=BigInteger)
    note: str = Field(sa_type=Text)
    signed_at: datetime = Field(sa_type=Timestamp)
