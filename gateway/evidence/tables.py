"""How far the log has gone out by syslog."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, SmallInteger
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class SyslogPosition(SQLModel, table=True):
    """The next leaf to send, and which worker sends until when: one at a time, so that the order holds."""

    __tablename__ = "syslog_position"
    log_id: int = Field(primary_key=True, sa_type=SmallInteger)
    next_index: int = Field(sa_type=BigInteger)
    holder: UUID | None = None
    held_until: datetime | None = Field(default=None, sa_type=Timestamp)
