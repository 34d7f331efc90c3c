"""Tables of warnings and of joint scans; who may change what stands in migration 0071."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class WarningSubscription(SQLModel, table=True):
    """That an institution is told of an enterprise's risks, under a consent, through an account.

    `stood` is where the enterprise stood when it was last looked at, and stays inside; `told` is what the institution
    was last told of it, by type. `retry_at`: not looked at before, since telling was not permitted for a while.
    `inquiry_id` is the answer it began with, which was charged; what is told later is not.
    """

    __tablename__ = "warning_subscription"
    __table_args__ = (
        Index(
            "warning_subscription_active",
            "institution",
            "uscc",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
        Index("warning_subscription_institution", "institution", "subscription_id"),
        Index("warning_subscription_consent", "consent_id"),
    )
    subscription_id: UUID = Field(primary_key=True)
    institution: str = Field(foreign_key="institution.institution_id", sa_type=Text)
    account: str = Field(sa_type=Text)
    person: str | None = Field(default=None, sa_type=Text)  # who subscribed, for the account
    through: str | None = Field(default=None, sa_type=Text)
    intermediary: str | None = Field(default=None, sa_type=Text)
    subject_id: UUID
    subject: int = Field(sa_type=BigInteger)  # subject.number
    uscc: str = Field(sa_type=Text)
    consent_id: UUID  # the one that it was last told under
    categories: list[str] = Field(sa_type=ARRAY(Text))
    status: str = Field(sa_type=Text)  # active, ended
    reason: str | None = Field(default=None, sa_type=Text)
    stood: dict[str, Any] = Field(sa_type=JSONB)
    told: dict[str, Any] = Field(sa_type=JSONB)
    retry_at: datetime | None = Field(default=None, sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)
    inquiry_id: UUID
    event_id: UUID


class WarningTold(SQLModel, table=True):
    """That an institution was told of a change: from what it was told before to what it is told now, by type of risk.

    The signed statement is the answer of `inquiry_id`.
    """

    __tablename__ = "warning"
    __table_args__ = (
        Index("warning_institution", "institution", "warning_id"),
        Index("warning_unseen", "institution", "warning_id", postgresql_where=text("seen_at IS NULL")),
    )
    warning_id: UUID = Field(primary_key=True)
    subscription_id: UUID = Field(foreign_key="warning_subscription.subscription_id")
    institution: str = Field(sa_type=Text)
    uscc: str = Field(sa_type=Text)
    consent_id: UUID
    inquiry_id: UUID
    change: str = Field(sa_type=Text)  # opened, raised, lowered, ended
    level: str | None = Field(default=None, sa_type=Text)  # the highest one now, as far as it is told
    before: dict[str, Any] = Field(sa_type=JSONB)
    after: dict[str, Any] = Field(sa_type=JSONB)
    judged_on: date
    told_at: datetime = Field(sa_type=Timestamp)
    seen_at: datetime | None = Field(default=None, sa_type=Timestamp)
    seen_by: str | None = Field(default=None, sa_type=Text)
    event_id: UUID


class JointScan(SQLModel, table=True):
    """Customers of an institution asked about together: by the watch, and by a joint answer of several scores."""

    __tablename__ = "joint_scan"
    __table_args__ = (UniqueConstraint("account", "key"), Index("joint_scan_institution", "institution", "scan_id"))
    scan_id: UUID = Field(primary_key=True)
    institution: str = Field(foreign_key="institution.institution_id", sa_type=Text)
    account: str = Field(sa_type=Text)
    person: str | None = Field(default=None, sa_type=Text)
    key: str = Field(sa_type=Text)
    digest: bytes = Field(sa_type=LargeBinary)
    provider: str = Field(sa_type=Text)  # the joint answer's name
    total: int  # enterprises
    created_at: datetime = Field(sa_type=Timestamp)


class JointScanBatch(SQLModel, table=True):
    """A batch of a scan's questions, by its place among them."""

    __tablename__ = "joint_scan_batch"
    scan_id: UUID = Field(primary_key=True, foreign_key="joint_scan.scan_id")
    place: int = Field(primary_key=True)
    batch_id: UUID = Field(foreign_key="inquiry_batch.batch_id")
