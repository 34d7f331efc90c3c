"""Tables of personal data: salts, the master secret, tombstones; who may change what stands in migration 0016."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, SmallInteger, Text
from sqlmodel import Field, SQLModel

from connectors.columns import Timestamp


class PersonalKey(SQLModel, table=True):
    """The salt of one party's key; once it is gone, what was sealed under it cannot be read by anybody."""

    __tablename__ = "personal_key"
    ref: str = Field(primary_key=True, sa_type=Text)
    salt: bytes | None = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=Timestamp)
    erased_at: datetime | None = Field(sa_type=Timestamp)


class PersonalMaster(SQLModel, table=True):
    """The secret all references and keys are derived with, sealed under the KEK; there is one."""

    __tablename__ = "personal_master"
    master_id: int = Field(primary_key=True, sa_type=SmallInteger, sa_column_kwargs={"autoincrement": False})
    sealed: bytes = Field(sa_type=LargeBinary)


class RecordTombstone(SQLModel, table=True):
    """A record whose content was erased when it had been kept long enough; its digest still proves the batch."""

    __tablename__ = "record_tombstone"
    record_id: UUID = Field(primary_key=True)
    batch_id: UUID
    digest: bytes = Field(sa_type=LargeBinary)
    erased_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
