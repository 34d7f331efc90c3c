"""What a scan found of each enterprise: where it stands by the watch, and each part of the joint answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from connectors.personal.sealing import Protector
from gateway.inquiries.answers import MISSING, Answered
from gateway.inquiries.batches.batch import give_rows, read_rows
from gateway.inquiries.batches.results import outcome_of
from gateway.inquiries.batches.tables import InquiryBatch
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitsOfWork
from gateway.warnings.change import highest_of, levels_of
from gateway.warnings.scanning import PER_BATCH
from scoring_adapter.providers.asking import Providers
from signing.jws import payload_of


@dataclass(frozen=True)
class Found:
    """What became of one of an enterprise's two questions: `answered`, `waiting` or a reason, with the statement that
    was signed where it may be shown now.
    """

    inquiry: str
    outcome: str
    units: int
    statement: Mapping[str, Any]


@dataclass(frozen=True)
class Scanned:
    """An enterprise of a scan by its number in it: its code, what the watch says, what the scores say."""

    number: int
    subject: str
    watch: Found
    score: Found

    @property
    def level(self) -> str | None:
        """The highest level that is told."""
        return highest_of(levels_of(self.watch.statement)) if self.watch.statement else None

    @property
    def parts(self) -> Sequence[Mapping[str, Any]]:
        """Each part of the joint answer; of one provider's answer that alone."""
        told = self.score.statement
        return told.get("parts") or ([told] if told else [])


async def scanned(
    units: UnitsOfWork,
    providers: Providers,
    protector: Protector,
    actor: Actor,
    batches: Sequence[InquiryBatch],
    first: int,
    last: int,
) -> list[Scanned]:
    """Return the enterprises of a scan from one number to another; their answers are given again, as standing and
    consent permit by now, and recorded so.
    """
    found: list[Scanned] = []
    for place, batch in enumerate(batches):
        begins = place * PER_BATCH
        wanted = [one for one in range(first - begins, last - begins + 1) if 1 <= one <= batch.total // 2]
        if not wanted:
            continue
        numbers = {number for one in wanted for number in (2 * one - 1, 2 * one)}
        ended = await give_rows(units, providers, protector, actor, batch, numbers)
        async with units.begin("joint-scan.rows", actor) as work:
            rows = {row.number: row for row in await read_rows(work, batch.batch_id)}
        for one in wanted:
            watch, score = (_found(rows[number], ended.get(number)) for number in (2 * one - 1, 2 * one))
            found.append(Scanned(begins + one, rows[2 * one].question["subject"], watch, score))
    return found


def scanned_document(one: Scanned) -> dict[str, Any]:
    """Return an enterprise of a scan as the interface shows it."""
    watch, score = _document(one.watch), _document(one.score)
    watch |= {"level": one.level, "risks": one.watch.statement.get("risks", [])} if one.watch.statement else {}
    if one.score.statement:
        told = one.score.statement
        score |= {name: told.get(name) for name in ("score", "band", "partial", "charged")}
        score["parts"] = [part_document(each) for each in one.parts]
    return {"number": one.number, "subject": one.subject, "watch": watch, "score": score}


def part_document(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of a joint answer: who it is of, its score and band, or the fault that kept it away."""
    fault = part["fault"] if part["outcome"] == MISSING else None
    return {
        "provider": part["provider"], "outcome": part["outcome"], "score": part.get("score"), "band": part.get("band"),
        "fault": fault,
    }  # fmt: skip


def _document(found: Found) -> dict[str, Any]:
    return {"inquiry": found.inquiry, "outcome": found.outcome, "units": found.units}


def _found(row: Row[Any], ended: Answered | Denial | None) -> Found:
    statement = payload_of(ended.answer) if isinstance(ended, Answered) else {}
    outcome = ended.reason if isinstance(ended, Denial) else outcome_of(row)
    return Found(str(row.inquiry_id), outcome, row.units or 0, statement)
