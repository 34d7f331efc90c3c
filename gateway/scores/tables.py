"""Tables of the column store: the list of files is the truth of what belongs to it (scoring_adapter/columns)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from connectors.columns import Timestamp


class ColumnFile(SQLModel, table=True):
    """A file of the store: rows of a dataset that landed on a day, or pairs whose earlier rows no longer count.

    `written` counts the writes of a dataset: a pair takes away what was written before it. A file that a compaction or
    a rebuild replaced stays for those who still read it, and is then deleted.
    """

    __tablename__ = "column_file"
    __table_args__ = (
        Index("column_file_day", "dataset", "day", postgresql_where=text("replaced_at IS NULL")),
        Index("column_file_replaced", "replaced_at", postgresql_where=text("replaced_at IS NOT NULL")),
    )
    name: str = Field(primary_key=True, sa_type=Text)
    dataset: str = Field(sa_type=Text)
    day: date
    gone: bool
    written: int = Field(sa_type=BigInteger)
    row_count: int = Field(sa_type=BigInteger)
    size: int = Field(sa_type=BigInteger)
    digest: bytes = Field(sa_type=LargeBinary)  # SHA-256 of the file
    event_id: UUID
    replaced_at: datetime | None = Field(default=None, sa_type=Timestamp)


class ColumnDataset(SQLModel, table=True):
    """A dataset that the store holds, and the digest of the declaration its columns were made with."""

    __tablename__ = "column_dataset"
    dataset: str = Field(primary_key=True, sa_type=Text)
    declaration: str = Field(sa_type=Text)
    built_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class ColumnDay(SQLModel, table=True):
    """What the store holds of a dataset's day of landing; `content` adds up its parts (scoring_adapter/columns). The
    event that made it so names its digest.
    """

    __tablename__ = "column_day"
    dataset: str = Field(primary_key=True, sa_type=Text)
    day: date = Field(primary_key=True)
    row_count: int = Field(sa_type=BigInteger)
    content: bytes = Field(sa_type=LargeBinary)
    event_id: UUID
