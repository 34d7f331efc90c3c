"""Tables of the network; who may change what stands in migrations 0054 and 0061. All of it follows from the sealed
records.

A party is a number: that of a subject, or of a row of `network_party` with a minus before it.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp

_Numbers: Any = ARRAY(BigInteger)
_Shares: Any = ARRAY(Integer)


class NetworkParty(SQLModel, table=True):
    """A party that is no subject here: an enterprise by its code or the hash of its name, a person or a place by a
    keyed hash alone.
    """

    __tablename__ = "network_party"
    __table_args__ = (UniqueConstraint("known_by", "value"),)
    number: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    known_by: str = Field(sa_type=Text)  # an identifier's kind, or person, named, address
    value: str = Field(sa_type=Text)


class NetworkEdge(SQLModel, table=True):
    """What one version of a record says in a span of days, up to the day before `ends`.

    `ref` is whose erasure takes it away; None where nothing of it was sealed. `taken` is the reading that found it,
    `dropped` the one that found it no more: it is what readings from the one to before the other know.
    """

    __tablename__ = "network_edge"
    __table_args__ = (
        Index("network_edge_source", "source", "kind"),
        Index("network_edge_target", "target", "kind"),
        Index("network_edge_said_by", "said_by"),
        Index("network_edge_record", "record_id"),
        Index("network_edge_ref", "ref", postgresql_where=text("ref IS NOT NULL")),
    )
    edge_id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    said_by: int = Field(sa_type=BigInteger)  # subject.number
    record_id: UUID
    dataset: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    source: int = Field(sa_type=BigInteger)
    target: int = Field(sa_type=BigInteger)
    share: int | None  # parts per million
    position: str | None = Field(sa_type=Text)
    starts: date
    ends: date | None
    ref: str | None = Field(sa_type=Text)
    taken: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default=text("0")))
    dropped: int | None = Field(sa_type=BigInteger)


class NetworkReading(SQLModel, table=True):
    """A reading that changed edges: one process reads at a time, so that a lower number was committed before."""

    __tablename__ = "network_reading"
    number: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    read_at: datetime = Field(sa_column=Column(Timestamp, nullable=False, server_default=text("now()")))


class NetworkErasure(SQLModel, table=True):
    """That edges which an enterprise's records told went with contents that were erased, and when that was last."""

    __tablename__ = "network_erasure"
    said_by: int = Field(primary_key=True, sa_type=BigInteger)
    erased_at: datetime = Field(sa_type=Timestamp)


class NetworkDue(SQLModel, table=True):
    """An enterprise whose edges are to be read anew; `mark` is another one whenever something more has come."""

    __tablename__ = "network_due"
    subject: int = Field(primary_key=True, sa_type=BigInteger)
    mark: int = Field(sa_type=BigInteger, unique=True)
    since: datetime = Field(sa_type=Timestamp)


class NetworkStanding(SQLModel, table=True):
    """Where an enterprise stands among all, as of the last night; a group is named by its least number."""

    __tablename__ = "network_standing"
    subject: int = Field(primary_key=True, sa_type=BigInteger)
    holders: int
    holdings: int
    component: int = Field(sa_type=BigInteger)
    component_size: int
    circle: int | None = Field(sa_type=BigInteger)  # holdings that lead back to it
    circle_size: int | None
    control_group: int | None = Field(sa_type=BigInteger)  # with whom it shares a controller
    group_size: int | None
    controllers: list[int] = Field(sa_type=_Numbers)
    shares: list[int] = Field(sa_type=_Shares)


class NetworkNight(SQLModel, table=True):
    """A night's computation of all."""

    __tablename__ = "network_night"
    as_of: date = Field(primary_key=True)
    computed_at: datetime = Field(sa_type=Timestamp)
    parties: int
    edges: int
    components: int
    circles: int
    groups: int
    digest: bytes = Field(sa_type=LargeBinary)
    event_id: UUID
