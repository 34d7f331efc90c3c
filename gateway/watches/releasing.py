"""Rules or a model are put in force, or earlier ones again: each time a release of its own, and none is ever changed.

Who may is the graph's to say (gateway/admin/graph.py): one person asks, with the back-test, another approves.
"""

from dataclasses import dataclass

from sqlmodel import col, select

from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork
from gateway.watches.checks import LONGEST_REPORT, LONGEST_SOURCE, check_report, read_model, read_rules
from gateway.watches.names import Kind
from gateway.watches.tables import WatchRelease
from risk_monitor.errors import WatchError
from risk_monitor.load import load_watch
from signing.canonical import sha256_hex


@dataclass(frozen=True)
class Tried:
    """What is put in force, with its back-test; both are "" of the rules that are shipped, and of no model."""

    kind: Kind
    version: int
    digest: str
    source: str = ""
    report: str = ""

    @property
    def told(self) -> str:
        """What people read of it."""
        return f"{self.kind}/{self.version}+{self.digest[:12]}" if self.version else f"{self.kind}/0"


async def release(
    work: UnitOfWork, kind: Kind, source: str, report: str, reason: str, approved_by: str | None
) -> WatchRelease:
    """Put rules or a model in force. Raises DeniedError for what is not sound, or whose version is taken."""
    tried = check(kind, source, report)
    await take(work.session, Lock.WATCH)
    released = await list_releases(work)
    if any((one.kind, one.version) == (kind, tried.version) and one.source for one in released):
        raise DeniedError("change-refused", f"版本 {tried.version} 已用过。This version is taken: count it up.")
    return await _add(work, released, tried, reason, approved_by)


async def return_to(work: UnitOfWork, kind: Kind, number: int, reason: str, approved_by: str | None) -> WatchRelease:
    """Put an earlier release in force again; 0 is the shipped rules, or no model. Raises DeniedError."""
    await take(work.session, Lock.WATCH)
    released = await list_releases(work)
    earlier = await get_release(work, kind, number)
    if earlier.digest == now_in_force(released, kind).digest:
        raise DeniedError("change-refused", "这已是现行的。This is in force.")
    if earlier.source:
        check(kind, earlier.source, earlier.report)
    return await _add(work, released, earlier, reason, approved_by)


def check(kind: Kind, source: str, report: str) -> Tried:
    """Return what may be released with this report. Raises DeniedError."""
    if len(source) > LONGEST_SOURCE or len(report) > LONGEST_REPORT:
        raise DeniedError(
            "change-refused", f"原文最多 {LONGEST_SOURCE} 字、报告最多 {LONGEST_REPORT} 字。They are too long."
        )
    try:
        read = read_rules(source) if kind == "rules" else read_model(source)
        check_report(kind, read.digest, report)
    except WatchError as fault:
        raise DeniedError("change-refused", str(fault)) from fault
    return Tried(kind, read.version, read.digest, source, report)


async def list_releases(work: UnitOfWork) -> list[WatchRelease]:
    """Return every release that was written, the newest first."""
    query = select(WatchRelease).order_by(col(WatchRelease.number).desc())
    return list((await work.session.execute(query)).scalars())


async def get_release(work: UnitOfWork, kind: Kind, number: int) -> Tried:
    """Return a release of a kind, 0 being what the program ships. Raises DeniedError where there is none."""
    if number == 0:
        return shipped(kind)
    row = await work.session.get(WatchRelease, number)
    if row is None or row.kind != kind:
        raise DeniedError("watch-not-found")
    return Tried(kind, row.version, row.digest, row.source, row.report)


def now_in_force(released: list[WatchRelease], kind: Kind) -> Tried:
    """Return what is in force of a kind, out of all releases, the newest first."""
    row = next((one for one in released if one.kind == kind), None)
    return Tried(kind, row.version, row.digest, row.source, row.report) if row else shipped(kind)


def shipped(kind: Kind) -> Tried:
    """Return the rules that the program ships; a model it does not."""
    return Tried(kind, load_watch().version, load_watch().digest) if kind == "rules" else Tried(kind, 0, "")


async def _add(
    work: UnitOfWork, released: list[WatchRelease], tried: Tried, reason: str, approved_by: str | None
) -> WatchRelease:
    demand_reason(reason)
    number = released[0].number + 1 if released else 1
    payload = {
        "number": number, "kind": tried.kind, "version": tried.version, "digest": tried.digest,
        "source": sha256_hex(tried.source.encode()), "report": sha256_hex(tried.report.encode()),
        "before": now_in_force(released, tried.kind).told, "reason": reason.strip(), "approved_by": approved_by,
    }  # fmt: skip
    entry = await work.record("risk.released", payload, outcome="released")
    made = WatchRelease(
        number=number, kind=tried.kind, version=tried.version, digest=tried.digest, source=tried.source,
        report=tried.report, reason=reason.strip(), recorded_at=work.now, event_id=entry,
    )  # fmt: skip
    work.session.add(made)
    await work.session.flush()
    return made
