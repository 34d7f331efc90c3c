"""How the whole does, from what was read: one finding for each thing looked at, its state and what was seen. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.overview.health_facts import Facts, Place, SourceFacts
from gateway.runtime.said import Said
from gateway.telemetry.readiness import Finding

OLD_KEY_DAYS = 365  # keys have no end of their own; older ones are due
LONG_WAIT = timedelta(hours=1)  # a delivery is tried again within ten minutes
COLUMNS_LATE = timedelta(minutes=10)
CONNECTIONS_WARN = 0.8
FREE_WARN, FREE_BAD = 0.15, 0.05
SOON_FULL = timedelta(days=30)
SCAN_EVERY = timedelta(hours=36)  # one a night, with room for one that takes long
SCORES_WAIT = timedelta(minutes=5)
GIGABYTE = 10**9
_KINDS = {
    "silent": Said("中断", "silent"), "late": Said("迟到", "late"), "errors": Said("问题数据过多", "with many errors"),
    "drift": Said("格式有变", "in another form"),
}  # fmt: skip


class State(StrEnum):
    """How a thing does; the worst of all is how the whole does."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class HealthFinding:
    """One thing that was looked at: what was seen, in short where it is not well, and since (or until) when.

    `number` is the figure that stands for it, where there is one.
    """

    name: str
    state: State
    said: Said
    brief: Said | None = None
    since: datetime | None = None
    until: datetime | None = None
    number: int | None = None


def find_health(ready: Sequence[Finding], facts: Facts | None, place: Place) -> list[HealthFinding]:
    """Return what there is to say; without facts, what they would have told is not known."""
    checks = [_check(one) for one in ready]
    here = [_instance(place), _disk_space(place)]
    if facts is None:
        unknown = Said("不能判断：数据库没有应答", "not known: the database does not answer")
        return [*checks, *here, *(HealthFinding(name, State.UNKNOWN, unknown) for name in FROM_FACTS)]
    return [*checks, *here, *(find(name, facts) for name, find in FROM_FACTS.items())]


def first_line(findings: Sequence[HealthFinding]) -> Said:
    """Return the state of the whole as one sentence."""
    amiss = [one.brief or one.said for one in findings if one.state in {State.BAD, State.WARN}]
    zh, en = "、".join(one.zh for one in amiss), ", ".join(one.en for one in amiss)
    if any(one.state is State.BAD for one in findings):
        return Said(f"有异常：{zh}。", f"Not well: {en}.")
    gap = " " if zh[:1].isdigit() else ""
    if any(one.state is State.UNKNOWN for one in findings):
        return Said("部分情况不能判断。", "Some of it is not known.")
    return (
        Said(f"除{gap}{zh}外，一切正常。", f"All is well but for {en}.")
        if amiss
        else Said("一切正常。", "All is well.")
    )


def worst(findings: Sequence[HealthFinding]) -> State:
    """Return how the whole does."""
    return max((one.state for one in findings), key=list(State).index, default=State.OK)


def _check(one: Finding) -> HealthFinding:
    return HealthFinding(one.name, State.OK if one.ok else State.BAD, one.said, since=one.since)


def _instance(place: Place) -> HealthFinding:
    zh, en = f"版本 {place.version}", f"release {place.version}"
    if place.processes:
        zh, en = f"{zh}，{place.processes} 个服务进程", f"{en}, processes that serve: {place.processes}"
    return HealthFinding("instance", State.OK, Said(zh, en), since=place.since)


def _disk_space(place: Place) -> HealthFinding:
    if not place.total:
        return HealthFinding("disk-space", State.UNKNOWN, Said("不能判断", "not known"))
    share, left = place.free / place.total, f"{place.free / GIGABYTE:,.1f} GB"
    state = State.BAD if share < FREE_BAD else State.WARN if share < FREE_WARN else State.OK
    zh, en = f"已用 {1 - share:.0%}，剩余 {left}", f"{1 - share:.0%} used, {left} free"
    if place.full_in is not None:
        state = max(state, State.WARN if place.full_in < SOON_FULL else State.OK, key=list(State).index)
        zh, en = (
            f"{zh}，照此约 {place.full_in.days} 天后满",
            f"{en}, full in about {place.full_in.days} days at this pace",
        )
    return HealthFinding("disk-space", state, Said(zh, en), Said(f"磁盘剩余 {left}", f"{left} of disk left"))


def _connections(name: str, facts: Facts) -> HealthFinding:
    full = facts.connections >= CONNECTIONS_WARN * facts.most_connections
    used = f"{facts.connections} / {facts.most_connections}"
    said = Said(
        f"连接 {used}，占用 {facts.bytes / GIGABYTE:,.2f} GB",
        f"{used} connections, {facts.bytes / GIGABYTE:,.2f} GB",
    )
    brief = Said(f"数据库连接将满（{used}）", f"database connections nearly full ({used})")
    return HealthFinding(name, State.WARN if full else State.OK, said, brief)


def _log(name: str, facts: Facts) -> HealthFinding:
    said = Said(
        f"已签发 {facts.log.size:,} 条，排队 {facts.log.pending:,} 条；没有外部见证人",
        f"{facts.log.size:,} entries signed, {facts.log.pending:,} queued; no outside witness",
    )
    return HealthFinding(name, State.OK, said, since=facts.log.signed_at, number=facts.log.size)


def _deliveries(name: str, facts: Facts) -> HealthFinding:
    sent = facts.deliveries
    said = Said(
        f"待送 {sent.waiting}，被拒 {sent.refused}，队列 {facts.jobs}",
        f"{sent.waiting} waiting, {sent.refused} refused, {facts.jobs} queued",
    )
    if sent.refused:
        brief = Said(f"{sent.refused} 次对外报送被拒", f"deliveries refused: {sent.refused}")
        return HealthFinding(
            name, State.WARN, said, brief, since=sent.refused_since, number=sent.waiting + sent.refused
        )
    late = sent.since is not None and facts.at - sent.since > LONG_WAIT
    brief = Said(f"{sent.waiting} 次对外报送未送达", f"deliveries waiting: {sent.waiting}")
    return HealthFinding(name, State.WARN if late else State.OK, said, brief, since=sent.since, number=sent.waiting)


def _sources(name: str, facts: Facts) -> HealthFinding:
    failing = sum(one.status == "active" and one.faults > 0 for one in facts.sources)
    late = sum(_is_late(one, facts.at) for one in facts.sources)
    paused = sum(one.status == "paused" for one in facts.sources)
    said = Said(
        f"共 {len(facts.sources)} 个，失败 {failing}，迟到 {late}，暂停 {paused}",
        f"{len(facts.sources)} in all, {failing} failing, {late} late, {paused} paused",
    )
    parts = [Said(f"{failing} 个来源读取失败", f"sources failing: {failing}")] if failing else []
    parts += [Said(f"{late} 个来源迟到", f"sources late: {late}")] if late else []
    brief = Said("、".join(one.zh for one in parts), ", ".join(one.en for one in parts))
    return HealthFinding(name, State.WARN if parts else State.OK, said, brief)


def _is_late(one: SourceFacts, now: datetime) -> bool:
    """Tell whether two readings of a source are missing, though none has failed."""
    if one.status != "active" or one.faults or one.last_read_at is None:
        return False
    return now - one.last_read_at > 2 * timedelta(seconds=one.every_seconds) + LONG_WAIT


def _feeds(name: str, facts: Facts) -> HealthFinding:
    if not facts.feeds:
        return HealthFinding(name, State.OK, Said("没有未遵守的承诺", "every promise is kept"))
    counted = Counter(kind for kind, _since in facts.feeds)
    zh = "、".join(f"{counted[kind]} 项数据{said.zh}" for kind, said in _KINDS.items() if counted[kind])
    en = ", ".join(f"feeds {said.en}: {counted[kind]}" for kind, said in _KINDS.items() if counted[kind])
    since = min(since for _kind, since in facts.feeds)
    return HealthFinding(name, State.WARN, Said(zh, en), since=since)


def _held(name: str, facts: Facts) -> HealthFinding:
    number, since, until = facts.held
    said = Said(f"{number} 份提交待人工确认", f"submissions to be decided on: {number}")
    state = State.WARN if number else State.OK
    return HealthFinding(name, state, said, since=since, until=until, number=number)


def _columns(name: str, facts: Facts) -> HealthFinding:
    number, since = facts.columns
    if not number:
        return HealthFinding(name, State.OK, Said("与记录同步", "up with the records"), number=0)
    said = Said(f"{number:,} 批待补入", f"batches and acts to be taken up: {number:,}")
    late = since is not None and facts.at - since > COLUMNS_LATE
    brief = Said("列存储落后于记录", "the column store is behind the records")
    return HealthFinding(name, State.WARN if late else State.OK, said, brief, since=since, number=number)


def _approvals(name: str, facts: Facts) -> HealthFinding:
    number, since = facts.changes
    said = Said(f"{number} 项变更待批准", f"changes to be approved: {number}")
    return HealthFinding(name, State.OK, said, since=since, number=number)


def _own_keys(name: str, facts: Facts) -> HealthFinding:
    rotated = [one for one in facts.keys if one[0] != "audit"]
    if any((purpose, status) == ("delivery", "next") for purpose, status, _since in rotated):
        said = Said("新的报送密钥待启用", "the next delivery key waits to be let sign")
        return HealthFinding(name, State.WARN, said)
    oldest = min(since for _purpose, status, since in rotated if status == "active")
    days = (facts.at - oldest).days
    said = Said(f"最久的已用 {days} 天", f"the oldest has signed for {days} days")
    state = State.WARN if days > OLD_KEY_DAYS else State.OK
    return HealthFinding(name, state, said, Said(f"密钥已用 {days} 天", f"a key of {days} days"), since=oldest)


def _client_keys(name: str, facts: Facts) -> HealthFinding:
    if not facts.ending:
        return HealthFinding(name, State.OK, Said("30 天内没有到期的", "none ends within 30 days"))
    number = len(facts.ending)
    said = Said(f"{number} 把接入方密钥将到期", f"keys of clients about to end: {number}")
    return HealthFinding(name, State.WARN, said, until=min(facts.ending))


def _scan(name: str, facts: Facts) -> HealthFinding:
    scan = facts.scan
    if scan.finished_at is None or scan.as_of is None:
        said = Said("尚未扫描", "nothing was scanned yet")
        return HealthFinding(name, State.WARN if scan.failed else State.OK, said, since=scan.running_since)
    said = Said(
        f"{scan.as_of} 的结果，{scan.subjects:,} 家，用时 {scan.seconds:,.0f} 秒；待重算 {scan.due:,} 家",
        f"as of {scan.as_of}, {scan.subjects:,} enterprises in {scan.seconds:,.0f} s; {scan.due:,} to be scored again",
    )
    if scan.failed:
        brief = Said("上次扫描未完成", "the last scan was given up")
        return HealthFinding(name, State.WARN, said, brief, since=scan.finished_at, number=scan.due)
    if facts.at - scan.finished_at > SCAN_EVERY:
        brief = Said("每日扫描没有运行", "the daily scan did not run")
        return HealthFinding(name, State.WARN, said, brief, since=scan.finished_at, number=scan.due)
    late = scan.due_since is not None and facts.at - scan.due_since > SCORES_WAIT
    brief = Said(f"{scan.due:,} 家待重算", f"to be scored again: {scan.due:,}")
    return HealthFinding(name, State.WARN if late else State.OK, said, brief, since=scan.finished_at, number=scan.due)


def _abnormal(name: str, facts: Facts) -> HealthFinding:
    number, since = facts.cases
    said = Said(f"{number} 个账户因异常使用被暂停查询", f"accounts held for abnormal use: {number}")
    return HealthFinding(name, State.WARN if number else State.OK, said, since=since, number=number)


FROM_FACTS = {
    "connections": _connections, "log": _log, "deliveries": _deliveries, "sources": _sources, "feeds": _feeds,
    "held": _held, "columns": _columns, "approvals": _approvals, "own-keys": _own_keys, "client-keys": _client_keys,
    "scan": _scan, "abnormal": _abnormal,
}  # fmt: skip
