"""Tables of what is kept of each judging beside who is at risk; who may change them stands in migration 0073."""

from datetime import date

from sqlalchemy import BigInteger, LargeBinary, SmallInteger, Text
from sqlmodel import Field, SQLModel


class RiskOpen(SQLModel, table=True):
    """For how many enterprises a point could not be told on a day, since a measure of it had no value."""

    __tablename__ = "risk_open"
    as_of: date = Field(primary_key=True)
    point: str = Field(primary_key=True, sa_type=Text)
    subjects: int


class RiskOpenPiece(SQLModel, table=True):
    """Which points are open for each enterprise from the number `first` on: `width` bytes each, a bit per point of the
    watch in its order, the highest bit of a byte first. Of the last judging alone.
    """

    __tablename__ = "risk_open_piece"
    first: int = Field(primary_key=True, sa_type=BigInteger)  # subject.number
    as_of: date
    version: int
    width: int
    masks: bytes = Field(sa_type=LargeBinary)


class RiskJudged(SQLModel, table=True):
    """How many were judged on a day, by the division they are registered in and their section of industry (0 none)."""

    __tablename__ = "risk_judged"
    as_of: date = Field(primary_key=True)
    division: str = Field(primary_key=True, sa_type=Text)
    section: int = Field(primary_key=True, sa_type=SmallInteger)
    subjects: int
