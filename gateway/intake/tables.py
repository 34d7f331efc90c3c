"""The table of uploads that arrive in pieces."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, Text, text
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
