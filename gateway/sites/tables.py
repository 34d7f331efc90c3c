"""Tables of platforms; who may change what stands in migration 0068. All of it follows from the sealed records."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp

_Texts: Any = ARRAY(Text)


class Site(SQLModel, table=True):
    """A site or an app (risk_monitor/site_keys.py): the numbers that agencies know it by, its further addresses, and
    the record that describes it, if there is one. What it is called, and how it is run, stands there.
    """

    __tablename__ = "site"
    key: str = Field(primary_key=True, sa_type=Text)
    platforms: list[str] = Field(sa_type=_Texts)
    others: list[str] = Field(sa_type=_Texts)
    record_id: UUID | None


class SiteFirm(SQLModel, table=True):
    """Whose a site is, as a record says: what the firm was known by, and its number where it is known by a code."""

    __tablename__ = "site_firm"
    __table_args__ = (Index("site_firm_subject", "subject", postgresql_where=text("subject IS NOT NULL")),)
    site: str = Field(primary_key=True, sa_type=Text)
    known_by: str = Field(primary_key=True, sa_type=Text)
    value: str = Field(primary_key=True, sa_type=Text)
    subject: int | None = Field(sa_type=BigInteger)  # subject.number
    record_id: UUID


class SiteFinding(SQLModel, table=True):
    """What was found of a series of a site (risk_monitor/site_findings.py), by which version of the rules."""

    __tablename__ = "site_finding"
    __table_args__ = (
        Index("site_finding_standing", "site", "series", "kind", unique=True, postgresql_where=text("ended IS NULL")),
        Index("site_finding_ended", "ended", postgresql_where=text("ended IS NOT NULL")),
    )
    site: str = Field(primary_key=True, sa_type=Text)
    series: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(primary_key=True, sa_type=Text)
    since: date = Field(primary_key=True)
    seen_on: date
    ended: date | None
    usual: bool
    value: int = Field(sa_type=BigInteger)
    expected: int = Field(sa_type=BigInteger)
    low: int = Field(sa_type=BigInteger)
    high: int = Field(sa_type=BigInteger)
    version: int


class SiteDay(SQLModel, table=True):
    """A day on which all were judged, and what came of it. `unplaced` are platforms that no record gives an address of;
    `silent`: the feed of traffic itself said nothing, or of too few.
    """

    __tablename__ = "site_day"
    day: date = Field(primary_key=True)
    judged_at: datetime = Field(sa_type=Timestamp)
    version: int
    rules: str = Field(sa_type=Text)  # their digest
    sites: int
    unplaced: int
    reported: int
    silent: bool
    opened: int
    ended: int
    standing: int
    digest: bytes = Field(sa_type=LargeBinary)
    event_id: UUID
