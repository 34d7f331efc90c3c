"""Tables of uploads that arrive in pieces, of previewed files and of held submissions.

Who may change what stands in the migrations 0014, 0017 and 0031.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class Upload(SQLModel, table=True):
    """A file that an agency sends in pieces; `received` bytes of it are on the disk for certain."""

    __tablename__ = "upload"
    __table_args__ = (
        Index("upload_client", "client_id", postgresql_where=text("state = 'open'")),
        Index("upload_expires_at", "expires_at"),
    )
    upload_id: UUID = Field(primary_key=True)
    client_id: str = Field(foreign_key="client.client_id", sa_type=Text)
    dataset: str = Field(sa_type=Text)
    sender_batch: str = Field(sa_type=Text)
    signature: str | None = Field(default=None, sa_type=Text)
    digest: bytes | None = Field(default=None, sa_type=LargeBinary)  # SHA-256 of the file, where it was announced
    length: int = Field(sa_type=BigInteger)
    received: int = Field(sa_type=BigInteger)
    state: str = Field(sa_type=Text)  # open, stored, refused
    fault: str | None = Field(default=None, sa_type=Text)
    batch_id: UUID | None = None
    created_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class Preview(SQLModel, table=True):
    """A file that somebody looks at before it is handed in: nothing of it is stored until they confirm.

    Its bytes lie sealed in the spool; `told` is what was said of it, sealed as well. `catalogue` is SHA-256 of the
    dataset it was judged by, `mapping` the answers given as a mapping, `ignored` the columns that may be lost.
    """

    __tablename__ = "preview"
    __table_args__ = (Index("preview_agency", "agency"), Index("preview_expires_at", "expires_at"))
    preview_id: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    dataset: str = Field(sa_type=Text)
    sender_batch: str = Field(sa_type=Text)
    file_name: str = Field(sa_type=Text)
    size: int = Field(sa_type=BigInteger)
    digest: bytes = Field(sa_type=LargeBinary)
    actor: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)  # judging, ready, refused; stored, held: what became of it
    done: int = 0  # rows judged so far,
    rows: int = 0  # of so many
    catalogue: bytes = Field(sa_type=LargeBinary)
    mapping: bytes | None = Field(default=None, sa_type=LargeBinary)
    ignored: list[str] = Field(default_factory=list, sa_type=JSONB)
    told: bytes | None = Field(default=None, sa_type=LargeBinary)
    batch_id: UUID | None = None
    held_id: UUID | None = None
    created_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class HeldSubmission(SQLModel, table=True):
    """A submission that looks unlike those before it: kept aside until a person decides."""

    __tablename__ = "held_delivery"
    __table_args__ = (
        Index(
            "held_delivery_waiting",
            "agency",
            "dataset",
            "sender_batch",
            "digest",
            unique=True,
            postgresql_where=text("status = 'waiting'"),
        ),
        Index("held_delivery_held_at", "agency", "dataset", "held_at"),
    )
    held_id: UUID = Field(primary_key=True)
    agency: str = Field(sa_type=Text)
    dataset: str = Field(sa_type=Text)
    sender_batch: str = Field(sa_type=Text)
    digest: bytes = Field(sa_type=LargeBinary)
    way: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    agency_signature: str | None = Field(sa_type=Text)
    file_digest: bytes = Field(sa_type=LargeBinary)
    findings: list[dict[str, Any]] = Field(sa_type=JSONB)
    held_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    status: str = Field(sa_type=Text)  # waiting, accepted, discarded, expired
    decided_by: str | None = Field(sa_type=Text)
    decided_at: datetime | None = Field(sa_type=Timestamp)
    batch_id: UUID | None
    event_id: UUID
