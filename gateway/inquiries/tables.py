"""Tables of inquiries; who may change what stands in migrations 0006, 0048, 0049, 0055 and 0059."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp
from signing.packed import unpack

STORED = "coalesce(packed, convert_to(answer, 'UTF8'))"  # an answer, for `unpack`: as statements read it


class Inquiry(SQLModel, table=True):
    """One question about one subject: admitted, then settled once."""

    __tablename__ = "inquiry"
    __table_args__ = (
        Index("inquiry_subject", "subject_id", "inquiry_id"),
        Index("inquiry_uscc", "uscc", "inquiry_id"),
        Index("inquiry_institution", "institution", "inquiry_id"),
        Index("inquiry_report_by", "institution", "report_by", postgresql_where=text("report_by IS NOT NULL")),
        Index(
            "inquiry_delete_by",
            "institution",
            "delete_by",
            postgresql_where=text("delete_by IS NOT NULL AND deleted_at IS NULL"),
        ),
        Index("inquiry_intermediary", "intermediary", "inquiry_id", postgresql_where=text("intermediary IS NOT NULL")),
        Index("inquiry_open", "expires_at", postgresql_where=text("state = 'admitted'")),
        {"postgresql_partition_by": "RANGE (inquiry_id)"},
    )
    inquiry_id: UUID = Field(primary_key=True)
    account: str = Field(sa_type=Text)
    person: str | None = Field(default=None, sa_type=Text)  # whom the account asked for, as the log names them
    institution: str = Field(sa_type=Text)
    intermediary: str | None = Field(sa_type=Text)
    subject_id: UUID | None
    uscc: str = Field(sa_type=Text)  # what was asked about; of what is no USCC, what `identifier_of` makes of it
    product: str = Field(sa_type=Text)
    purpose: str = Field(sa_type=Text)
    provider: str = Field(sa_type=Text)
    consent_id: UUID | None
    consent_version: int | None
    legal_basis: str | None = Field(default=None, sa_type=Text)  # consent, public, duty; None: nothing was answered yet
    duty: str | None = Field(default=None, sa_type=Text)  # the code of the duty that it was asked on
    state: str = Field(sa_type=Text)  # admitted, answered, denied, failed, expired
    outcome: str = Field(sa_type=Text)
    units: int
    answer: str | None = Field(default=None, sa_type=Text)  # as it was sent; of a release before `packed` was there
    packed: bytes | None = Field(default=None, sa_type=LargeBinary)  # the answer: see signing/packed.py
    created_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime | None = Field(sa_type=Timestamp)
    settled_at: datetime | None = Field(sa_type=Timestamp)
    report_by: datetime | None = Field(default=None, sa_type=Timestamp)  # until when its use is to be reported
    delete_by: datetime | None = Field(default=None, sa_type=Timestamp)  # when the life of its data ends
    deleted_at: datetime | None = Field(default=None, sa_type=Timestamp)  # when it was attested that it is deleted
    event_id: UUID

    @property
    def signed(self) -> str | None:
        """The signed answer, None where it was not answered."""
        return self.answer if self.packed is None else unpack(self.packed)


class Idempotency(SQLModel, table=True):
    """A key an account has used, with the digest of the request it stood for."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("idempotency_created_at", "created_at"),)
    account: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    request_digest: bytes = Field(sa_type=LargeBinary)
    inquiry_id: UUID
    created_at: datetime = Field(sa_type=Timestamp)
    once: bool = False  # a form's: it is not free again when the inquiry has ended without an answer


class DeletionAttestation(SQLModel, table=True):
    """An institution's word that it has deleted an answer's data. Never changed."""

    __tablename__ = "deletion_attestation"
    inquiry_id: UUID = Field(primary_key=True)
    institution: str = Field(sa_type=Text)
    account: str = Field(sa_type=Text)
    person: str | None = Field(default=None, sa_type=Text)  # whom the account attested for
    due: datetime = Field(sa_type=Timestamp)  # when its life ended, or would have
    attested_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class DeletionReminder(SQLModel, table=True):
    """That an institution was reminded on a day of what it has to delete; how many answers, and overdue ones."""

    __tablename__ = "deletion_reminder"
    institution: str = Field(primary_key=True, sa_type=Text)
    day: date = Field(primary_key=True)
    due: int
    overdue: int
    event_id: UUID


class Recall(SQLModel, table=True):
    """That an institution was told of an answer that rests on a record which was taken back. Never changed."""

    __tablename__ = "recall"
    __table_args__ = (
        UniqueConstraint("act_entry", "inquiry_id"),
        Index("recall_institution", "institution", "recall_id"),
    )
    recall_id: UUID = Field(unique=True)
    act_entry: UUID  # of the act upon the record
    inquiry_id: UUID = Field(primary_key=True)
    institution: str = Field(sa_type=Text)
    account: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)  # repaired, annulled, withdrawn
    told_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID = Field(primary_key=True)


class DutyPosition(SQLModel, table=True):
    """How far the log has been read for what it makes due."""

    __tablename__ = "duty_position"
    log_id: int = Field(primary_key=True, sa_type=SmallInteger)
    next_index: int = Field(sa_type=BigInteger)
