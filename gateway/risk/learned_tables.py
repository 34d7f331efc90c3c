"""What a learned model foretells, and how far each day has drifted; who may change what stands in migration 0069.

All of it follows from the sealed records and the release in force.
"""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class RiskForetold(SQLModel, table=True):
    """What the model in force foretold of an enterprise on the last day: its place among all, its points, the chance
    that they stand for, and the measures that told against it, each with its value (None without) and its points.
    """

    __tablename__ = "risk_foretold"
    __table_args__ = (Index("risk_foretold_place", "place"),)
    subject: int = Field(primary_key=True, sa_type=BigInteger)  # subject.number
    as_of: date
    version: int
    place: int
    points: int
    chance_ppm: int
    reasons: list[Any] = Field(sa_type=JSONB)


class RiskDrift(SQLModel, table=True):
    """Which share of all had what of a measure on a day, and how far that is from the first day of the same basis (the
    digests of rules and model): the population stability index, None on that first day.
    """

    __tablename__ = "risk_drift"
    as_of: date = Field(primary_key=True)
    measure: str = Field(primary_key=True, sa_type=Text)
    basis: str = Field(sa_type=Text)
    shares: list[Any] = Field(sa_type=JSONB)
    psi_ppm: int | None
