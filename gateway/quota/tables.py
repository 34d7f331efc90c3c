"""Tables of quota; who may change what stands in migrations 0005, 0040, 0049 and 0052."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class QuotaLimit(SQLModel, table=True):
    """How much somebody may use in one calendar period, from an instant on; no most: no such limit from then on."""

    __tablename__ = "quota_limit"
    scope: str = Field(primary_key=True, sa_type=Text)  # platform, institution, account, consent
    scope_id: str = Field(primary_key=True, sa_type=Text)  # "" of the platform
    product: str = Field(primary_key=True, sa_type=Text)  # or "*"
    unit: str = Field(primary_key=True, sa_type=Text)  # unit, inquiry
    period: str = Field(primary_key=True, sa_type=Text)  # none, day, week, month, year, contract
    effective_from: datetime = Field(primary_key=True, sa_type=Timestamp)
    most: int | None = Field(default=None, sa_type=BigInteger)
    overdraft_pct: int = Field(sa_type=SmallInteger)  # 0: a hard limit
    alerts: list[int] = Field(sa_type=ARRAY(SmallInteger))  # per cent of most
    event_id: UUID


class QuotaPeriod(SQLModel, table=True):
    """The counter of one limit in one period, Asia/Shanghai: units used, and those of them that grants covered.

    A grant has a counter too (scope "grant"): what was burnt of it.
    """

    __tablename__ = "quota_period"
    scope: str = Field(primary_key=True, sa_type=Text)
    scope_id: str = Field(primary_key=True, sa_type=Text)
    product: str = Field(default="*", primary_key=True, sa_type=Text, sa_column_kwargs={"server_default": "*"})
    unit: str = Field(default="unit", primary_key=True, sa_type=Text, sa_column_kwargs={"server_default": "unit"})
    period: str = Field(primary_key=True, sa_type=Text)
    starts: date = Field(primary_key=True)
    used: int = Field(sa_type=BigInteger)
    covered: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


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
    consent_id: UUID | None = None


class QuotaLedger(SQLModel, table=True):
    """One charge, or with negative units one that was taken back: the sum of a period's rows is its counter."""

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
    consent_id: UUID | None = None
    overdraft: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # units of it beyond a soft limit


class QuotaGrant(SQLModel, table=True):
    """Units given to a holder on top of its limits, usable between two instants; who approved stands in its event."""

    __tablename__ = "quota_grant"
    __table_args__ = (Index("quota_grant_holder", "scope", "scope_id", "holds_until"),)
    grant_id: UUID = Field(primary_key=True)
    scope: str = Field(sa_type=Text)
    scope_id: str = Field(sa_type=Text)
    product: str = Field(sa_type=Text)
    units: int = Field(sa_type=BigInteger)
    holds_from: datetime = Field(sa_type=Timestamp)
    holds_until: datetime = Field(sa_type=Timestamp)
    priority: int = Field(sa_type=SmallInteger)  # lower is burnt first; of equal ones the one that ends first
    reason: str = Field(sa_type=Text)
    event_id: UUID


class ProductCost(SQLModel, table=True):
    """What a question of a product costs from an instant on; who approved stands in its event. Never changed."""

    __tablename__ = "product_cost"
    product: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    units: int
    effective_from: datetime = Field(sa_type=Timestamp)
    reason: str = Field(sa_type=Text)
    event_id: UUID


class QuotaBurn(SQLModel, table=True):
    """Units of a grant that a charge used, or with negative units gave back."""

    __tablename__ = "quota_burn"
    __table_args__ = (Index("quota_burn_grant", "grant_id"), Index("quota_burn_inquiry", "inquiry_id"))
    burn_id: UUID = Field(primary_key=True)
    grant_id: UUID
    inquiry_id: UUID
    units: int = Field(sa_type=BigInteger)
    event_id: UUID


class QuotaAlert(SQLModel, table=True):
    """A share of a limit that was reached: once in its period; told by the worker."""

    __tablename__ = "quota_alert"
    __table_args__ = (Index("quota_alert_untold", "reached_at", postgresql_where=text("told_at IS NULL")),)
    scope: str = Field(primary_key=True, sa_type=Text)
    scope_id: str = Field(primary_key=True, sa_type=Text)
    product: str = Field(primary_key=True, sa_type=Text)
    unit: str = Field(primary_key=True, sa_type=Text)
    period: str = Field(primary_key=True, sa_type=Text)
    starts: date = Field(primary_key=True)
    threshold: int = Field(primary_key=True, sa_type=SmallInteger)  # per cent; OVERDRAFT: the first unit beyond
    used: int = Field(sa_type=BigInteger)
    most: int = Field(sa_type=BigInteger)
    reached_at: datetime = Field(sa_type=Timestamp, sa_column_kwargs={"server_default": text("clock_timestamp()")})
    told_at: datetime | None = Field(default=None, sa_type=Timestamp)
    event_id: UUID | None = None


class QuotaReversal(SQLModel, table=True):
    """That a charge was taken back, by which entry of the ledger and why: once, and never changed."""

    __tablename__ = "quota_reversal"
    charge: UUID = Field(primary_key=True)  # its entry in the ledger
    entry_id: UUID = Field(unique=True)  # the entry that takes it back
    reason: str = Field(sa_type=Text)
    event_id: UUID


class QuotaMonth(SQLModel, table=True):
    """A month of the ledger: since when nothing is charged to it any more, and when its totals were written down."""

    __tablename__ = "quota_month"
    month: str = Field(primary_key=True, sa_type=Text)  # 2026-11, by China's calendar
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamp)


class QuotaMonthTotal(SQLModel, table=True):
    """What a holder was charged in a closed month, as it was signed. Never changed."""

    __tablename__ = "quota_month_total"
    __table_args__ = (Index("quota_month_total_holder", "scope", "scope_id", "month"),)
    month: str = Field(primary_key=True, sa_type=Text)
    scope: str = Field(primary_key=True, sa_type=Text)  # platform, institution, account
    scope_id: str = Field(primary_key=True, sa_type=Text)  # "" of the platform
    charges: int
    reversals: int
    units: int = Field(sa_type=BigInteger)
    products: dict[str, int] = Field(sa_type=JSONB)  # units of each
    signature: str = Field(sa_type=Text)
    closed_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID
