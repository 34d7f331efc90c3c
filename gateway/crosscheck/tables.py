"""Tables of cross-checks; who may change what stands in migration 0070."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp


class SupervisorList(SQLModel, table=True):
    """A list of another supervisor, as it was handed in: how many rows, how many of them sound."""

    __tablename__ = "supervisor_list"
    __table_args__ = (UniqueConstraint("supervisor", "digest", name="supervisor_list_supervisor_digest_key"),)
    list_id: UUID = Field(primary_key=True)
    supervisor: str = Field(sa_type=Text)
    digest: bytes = Field(sa_type=LargeBinary)  # of the file
    rows: int
    sound: int
    faulty: int
    received_by: str = Field(sa_type=Text)
    received_at: datetime = Field(sa_type=Timestamp)
    event_id: UUID


class SupervisorListRow(SQLModel, table=True):
    """A row of a list by its place in the file: its code, or what is wrong with it; names are not kept."""

    __tablename__ = "supervisor_list_row"
    __table_args__ = (
        Index(
            "supervisor_list_row_code", "list_id", "code", unique=True, postgresql_where=text("code IS NOT NULL")
        ),
    )  # fmt: skip
    list_id: UUID = Field(primary_key=True, foreign_key="supervisor_list.list_id")
    place: int = Field(primary_key=True)
    code: str | None = Field(default=None, sa_type=Text)
    fault: str | None = Field(default=None, sa_type=Text)


class CrossCheck(SQLModel, table=True):
    """A check, from its proposal on. `level` is the lowest that is looked at.

    `counterpart` and `learner` (who comes to know the result), `commitment` and `message` (digests of our set and of
    what was sent of it), and theirs: of a private one alone.
    """

    __tablename__ = "cross_check"
    __table_args__ = (
        Index(
            "cross_check_once_a_day", "counterpart", "day", unique=True,
            postgresql_where=text("counterpart IS NOT NULL"),
        ),
    )  # fmt: skip
    check_id: UUID = Field(primary_key=True)
    way: str = Field(sa_type=Text)  # plain, private
    purpose: str = Field(sa_type=Text)
    type: str | None = Field(default=None, sa_type=Text)
    level: str = Field(sa_type=Text)
    lists: list[UUID] = Field(sa_type=ARRAY(Uuid))
    counterpart: str | None = Field(default=None, foreign_key="client.client_id", sa_type=Text)
    learner: str | None = Field(default=None, sa_type=Text)  # gateway, counterpart
    state: str = Field(sa_type=Text)  # proposed, rejected, approved, committed, done
    proposed_by: str = Field(sa_type=Text)
    proposed_person: str = Field(sa_type=Text)  # who it was, by whatever client
    proposed_at: datetime = Field(sa_type=Timestamp)
    decided_by: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = Field(default=None, sa_type=Timestamp)
    reason: str | None = Field(default=None, sa_type=Text)
    day: date | None = None  # of the decision: a private one runs on this day or not at all
    as_of: date | None = None  # the day of judging it looks at
    suspects: int | None = None
    cap: int | None = None
    commitment: str | None = Field(default=None, sa_type=Text)
    message: str | None = Field(default=None, sa_type=Text)
    their_size: int | None = None
    their_commitment: str | None = Field(default=None, sa_type=Text)
    their_message: str | None = Field(default=None, sa_type=Text)
    found: int | None = None  # None where the counterpart alone learns it
    result: str | None = Field(default=None, sa_type=Text)  # the digest of what was found
    done_at: datetime | None = Field(default=None, sa_type=Timestamp)
    event_id: UUID


class CrossCheckMember(SQLModel, table=True):
    """An enterprise of a check: of a plain one who was found, and on which lists; of a private one our whole set."""

    __tablename__ = "cross_check_member"
    check_id: UUID = Field(primary_key=True, foreign_key="cross_check.check_id")
    code: str = Field(primary_key=True, sa_type=Text)
    subject: int = Field(sa_type=BigInteger)  # subject.number
    level: str = Field(sa_type=Text)  # the highest of its types
    types: list[str] = Field(sa_type=ARRAY(Text))
    lists: list[UUID] = Field(sa_type=ARRAY(Uuid))
    found: bool | None = None


class CrossCheckExchange(SQLModel, table=True):
    """What a private check is opened with: our salt, both signed commitments, and the key it ran under, sealed."""

    __tablename__ = "cross_check_exchange"
    check_id: UUID = Field(primary_key=True, foreign_key="cross_check.check_id")
    salt: bytes = Field(sa_type=LargeBinary)
    statement: str = Field(sa_type=Text)
    theirs: str | None = Field(default=None, sa_type=Text)
    sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
