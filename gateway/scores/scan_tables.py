"""Tables of the scan: its runs and their pieces, what results rest on, the results by subject and day.

Who may change what stands in migration 0037. All of it can be computed again from the sealed records.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from gateway.runtime.columns import Timestamp

_Texts: Any = ARRAY(Text)
_Smalls: Any = ARRAY(SmallInteger)
_Numbers: Any = ARRAY(Integer)


class ScoreBasis(SQLModel, table=True):
    """What results rest on that is not the subject's own: the card, the tags, and which of them cannot be computed."""

    __tablename__ = "score_basis"
    basis_id: int | None = Field(default=None, sa_column=Column(Integer, Identity(always=True), primary_key=True))
    digest: bytes = Field(sa_type=LargeBinary, unique=True)
    model: str = Field(sa_type=Text)  # the card, as answers name it
    catalogue: str = Field(sa_type=Text)  # the digest of the tags
    parts: list[str] = Field(sa_type=_Texts)  # which part stands at which place of a packed row
    series: str = Field(sa_type=Text)  # a digest of what the series hold that tags are taken from
    blocked: dict[str, Any] = Field(sa_type=JSONB)  # tags that cannot be computed for anybody, and why


class ScanRun(SQLModel, table=True):
    """One scan: of every subject, of those that may have changed, or as of an earlier day."""

    __tablename__ = "scan_run"
    __table_args__ = (
        Index("scan_run_running", text("(true)"), unique=True, postgresql_where=text("state = 'running'")),
        Index("scan_run_as_of", "as_of", "run_id"),
    )
    run_id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)  # full, incremental, as-of
    as_of: date
    engine: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)  # running, finished, failed
    basis_id: int = Field(foreign_key="score_basis.basis_id")
    mark: int = Field(sa_type=BigInteger)  # who waited by it, or by an earlier one, is in the files
    files: list[str] = Field(sa_type=_Texts)  # of the column store
    since: UUID | None  # incremental: the run whose results the others keep
    chosen: bytes | None = Field(sa_type=LargeBinary)  # incremental: the subjects, 8 bytes each
    pieces: int
    subjects: int = 0
    changed: int = 0
    rose: int = 0
    fell: int = 0
    digest: bytes | None = Field(default=None, sa_type=LargeBinary)  # over the pieces'
    fault: str | None = Field(default=None, sa_type=Text)
    started_at: datetime = Field(sa_type=Timestamp)
    finished_at: datetime | None = Field(default=None, sa_type=Timestamp)
    event_id: UUID
    closing_event_id: UUID | None = None


class ScanPiece(SQLModel, table=True):
    """A piece that is done, with what came of it; a piece is done once."""

    __tablename__ = "scan_piece"
    run_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    subjects: int
    changed: int
    rose: int
    fell: int
    digest: bytes = Field(sa_type=LargeBinary)


class ScoreDue(SQLModel, table=True):
    """A subject whose score is to be computed again; `mark` is another one whenever something more has come."""

    __tablename__ = "score_due"
    subject: int = Field(primary_key=True, sa_type=BigInteger)
    mark: int = Field(sa_type=BigInteger, unique=True)
    since: datetime = Field(sa_type=Timestamp)


class SubjectScore(SQLModel, table=True):
    """A subject's tags and score from a day on, until the day before `holds_to`; the current row has none.

    A row is written where something came out differently than the day before, not for every day.
    """

    __tablename__ = "subject_score"
    __table_args__ = (
        Index("subject_score_current", "subject", unique=True, postgresql_where=text("holds_to IS NULL")),
        Index("subject_score_holds_to", "holds_to", postgresql_where=text("holds_to IS NOT NULL")),
        Index(
            "subject_score_moved", "holds_from", text("abs(score - before_score)"),
            postgresql_where=text("moved IS NOT NULL"),
        ),
    )  # fmt: skip
    subject: int = Field(primary_key=True, sa_type=BigInteger)  # subject.number
    holds_from: date = Field(primary_key=True)
    holds_to: date | None
    known_at: datetime = Field(sa_type=Timestamp)  # all that was committed before went in
    written_at: datetime = Field(sa_type=Timestamp)  # nothing that was committed later did
    run_id: UUID | None  # None: scored again when something landed
    basis_id: int
    status: str = Field(sa_type=Text)  # scored, insufficient-evidence
    score: int | None = Field(sa_type=SmallInteger)
    band: str | None = Field(sa_type=Text)
    parts: bytes = Field(sa_type=LargeBinary)
    reasons: bytes = Field(sa_type=LargeBinary)  # entries of the card and their points, the weightiest first
    digest: int = Field(sa_type=BigInteger)  # of all that came out, and of the card and the tags
    section: int | None = Field(sa_type=SmallInteger)  # with whom it is compared: scoring_adapter/industries.py
    size: int | None = Field(sa_type=SmallInteger)
    before_score: int | None = Field(sa_type=SmallInteger)
    before_band: str | None = Field(sa_type=Text)
    moved: list[Any] | None = Field(sa_type=JSONB(none_as_null=True))  # tags that moved it, where it moved far


class ScoreDistribution(SQLModel, table=True):
    """How the scores of a day lie in one section and size ("" for any): how many enterprises have which score.

    Kept as long as answers are: an answer names the day that it compares with, and is computed again by it.
    """

    __tablename__ = "score_distribution"
    model: str = Field(primary_key=True, sa_type=Text)
    day: date = Field(primary_key=True)
    section: str = Field(primary_key=True, sa_type=Text)
    size: str = Field(primary_key=True, sa_type=Text)
    scores: list[int] = Field(sa_type=_Smalls)  # rising
    counts: list[int] = Field(sa_type=_Numbers)
    run_id: UUID
