"""A batch of a dataset that is delivered as full lists: what it does not name ends, what it names again comes back.

Whether a list may end that much is judged here; nobody's records end because a file was cut off.

- A part of a list, and corrected rows, end nothing. They bring back what they name.
- A list with refused rows whose keys cannot be read ends nothing: the missing records may be those.
- A list held before a newer one was taken in neither ends nor brings back.
- A list that would end more than the dataset's share of the current records, and more than a few, is held for a person;
  so is one without a sound row. Accepted for another reason, it ends nothing: nobody has confirmed that.
"""

from dataclasses import dataclass
from typing import Literal

from uuid_utils.compat import uuid7

from connectors.model.calendar import day_of
from connectors.model.datasets import Dataset
from connectors.quality.drift import Finding
from connectors.records.endings import (
    Changes,
    Deed,
    act_on_changes,
    find_changes,
    is_outdated,
    lock_changes,
)
from connectors.records.life import ActKind
from connectors.store.ingest import Listed, NewBatch, Summary
from gateway.intake.judging import DriftError
from gateway.intake.submission import Submission
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork

FEW = 10  # so many may end, whatever their share
NotEnded = Literal["unreadable", "outdated", "unconfirmed"]
ENDING = "ending"  # the kind of the finding
EVENTS = {ActKind.END: ("records.ended", "ended"), ActKind.RETURN: ("records.returned", "returned")}


@dataclass(frozen=True)
class ListOutcome:
    """What a batch was taken in as, how many records it ended and brought back, and why it ended none."""

    delivery: Literal["full_list", "delta"] = "delta"
    ended: int = 0
    returned: int = 0
    not_ended: NotEnded | None = None


async def settle_list(work: UnitOfWork, submission: Submission, stored: NewBatch, summary: Summary) -> ListOutcome:
    """End what a list does not name and bring back what it names again, in the batch's transaction.

    Raises DriftError where a person has to decide.
    """
    listed, dataset, session = summary.listed, submission.dataset, work.session
    if listed is None:
        return ListOutcome()
    whole = not (submission.part or submission.corrects)
    since = submission.held_at
    if since and await is_outdated(session, dataset.agency, dataset.dataset, since):
        return ListOutcome("full_list", not_ended="outdated") if whole else ListOutcome()
    day = day_of(work.now)
    readable = listed.unreadable == 0
    changes = await find_changes(
        session, dataset.agency, dataset.dataset, stored.batch_id, day, listed.years, whole=whole and readable
    )
    not_ended = _not_ended(submission, listed, changes) if whole and changes.ending else None
    await lock_changes(session)
    ended = 0
    if whole and not not_ended:
        ended = await _act(work, submission, stored, ActKind.END, "全量清单中没有 the full list does not name it")
    returned = await _act(work, submission, stored, ActKind.RETURN, "清单中又有了 the list names it again")
    return ListOutcome("full_list" if whole else "delta", ended, returned + changes.anew, not_ended)


def _not_ended(submission: Submission, listed: Listed, changes: Changes) -> NotEnded | None:
    """Return why a list that would end something ends nothing. Raises DriftError where a person decides on it."""
    if listed.unreadable:
        return "unreadable"
    found = find_excess(submission.dataset, listed, changes)
    if submission.ends or found is None:
        return None
    if submission.held_id:
        return "unconfirmed"
    raise DriftError([found])


def find_excess(dataset: Dataset, listed: Listed, changes: Changes) -> Finding | None:
    """Return what a person has to decide on, None where a list may end what it would end. Pure."""
    share, empty = dataset.most_ended_percent, listed.sound == 0
    much = changes.ending > FEW and changes.ending * 100 > share * changes.known
    if not changes.ending or not (much or empty):
        return None
    zh = f"这份全量清单会终止 {changes.known} 条现有记录中的 {changes.ending} 条"
    en = f"this full list would end {changes.ending} of {changes.known} current records"
    why_zh, why_en = ("其中没有一行可用", "it has no sound row") if empty else (f"超过 {share}%", f"more than {share}%")
    return Finding(ENDING, "", f"{zh}，{why_zh}", f"{en}: {why_en}")


async def _act(work: UnitOfWork, submission: Submission, stored: NewBatch, kind: ActKind, reason: str) -> int:
    now, dataset = await database_now(work.session), submission.dataset
    deed = Deed(
        kind, f"{reason}: {stored.sender_batch}", None, submission.sent_by or work.actor.name, stored.batch_id,
        uuid7(), now, day_of(now),
    )  # fmt: skip
    return await record_acts(work, deed, dataset, actor=submission.sent_by)


async def record_acts(work: UnitOfWork, deed: Deed, dataset: Dataset, actor: str | None = None) -> int:
    """Act upon the records that were noted and locked, record it, and return how many they are.

    `actor` is named where somebody else is the cause.
    """
    done = await act_on_changes(work.session, deed)
    if done.count:
        payload = {
            "act_batch": str(deed.act_batch), "agency": dataset.agency, "dataset": dataset.dataset, "count": done.count,
            "acts": done.digest, "effective_on": deed.day.isoformat(), "reason": deed.reason, "document": deed.document,
        }  # fmt: skip
        event, outcome = EVENTS[deed.kind]
        await work.record(
            event, payload, outcome=outcome, exchange=deed.act_batch, at=deed.now, event_id=deed.entry, actor=actor
        )
    return done.count
