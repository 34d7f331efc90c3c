"""Tables of quota; who may change what stands in migration 0005."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, text
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class QuotaPlan(SQLModel, table=True):
    """What an account or an institution may use per calendar day and month, from an instant on."""

    __tablename__ = "quota_plan"
    scope: str = Field(primary_key=True, sa_type=Text)  # account, institution
    scope_id: str = Field(primary_key=True, sa_type=Text)
    effective_from: datetime = Field(primary_key=True, sa_type=Timestamp)
    per_day: int = Field(sa_type=BigInteger)
    per_month: int = Field(sa_type=BigInteger)
    event_id: UUID


class QuotaPeriod(SQLModel, table=True):
    """Units used in one calendar period, Asia/Shanghai."""

    __tablename__ = "quota_period"
    scope: str = Field(primary_key=True, sa_type=Text)
    scope_id: str = Field(primary_key=True, sa_type=Text)
    period: str = Field(primary_key=True, sa_type=Text)  # day, month
    starts: date = Field(primary_key=True)
    used: int = Field(sa_type=BigInteger)


class QuotaReservation(SQLModel, table=True):
    """Units held for an inquiry whose provider is being asked; it counts until it expires."""

    __tablename__ = "quota_reservation"
    __table_args__ = (
        Index("quota_reservation_open", "institution", "account", postgresql_where=text("state = 'open'")),
    )
    inquiry_id: UUID = Field(primary_key=True)
    account: str = Field(sa_type=Text)
    institution: str = Field(sa_type=Text)
    product: str = Field(sa_type=Text)
    units: int
    day: date
    expires_at: datetime = Field(sa_type=Timestamp)
    state: str = Field(sa_type=Text)  # open, settled, released


class QuotaLedger(SQLModel, table=True):
    """One charge: the sum of a period's rows is its counter."""

    __tablename__ = "quota_ledger"
    __table_args__ = (
        Index("quota_ledger_account", "account", "day"),
        {"postgresql_partition_by": "RANGE (entry_id)"},
    )
    entry_id: UUID = Field(primary_key=True)
    inquiry_id: UUID
    account: str = Field(sa_type=Text)
    person: str | None = Field(default=None, sa_type=Text)  # whom it asked for
    institution: str = Field(sa_type=Text)
    product: str = Field(sa_type=Text)
    units: int
    day: date
    event_id: UUID
