"""Holding accounts that ask as no honest one does: counted by the worker from inquiries that are there already.

1. Count, over all accounts together, what a rule looks at; who is within the lowest limit that holds for anybody is
   not looked at any further.
2. Hold the account's row: questions that are being answered end first, and later ones see the case.
3. Count again, for that account alone, and open the case. What was counted before an earlier case ended is not counted
   twice: who was let ask again begins anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import TextClause, text
from uuid_utils.compat import uuid7

from audit.search import CLOCKS, first_id
from gateway.abnormal.tables import AbnormalUse
from gateway.identity.tables import Client
from gateway.rates.limits import RateLimits, read_rate_limits
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork
from gateway.web.error_table import ERRORS

MOST_SAMPLED = 20
# What an account is told that asks without a consent or a duty for it; not what waiting or one of the several consents
# mends, nor what somebody did to the database.
CONSENT_DENIALS = tuple(
    sorted(
        reason for reason, row in ERRORS.items()
        if reason.startswith(("consent-", "duty-")) and row.status in {403, 404}
        and reason != "consent-integrity-failed"
    )
)  # fmt: skip
_RECENT = """
    FROM inquiry i LEFT JOIN (SELECT account, max(ended_at) AS ended_at FROM abnormal_use GROUP BY account) earlier
        ON earlier.account = i.account
    WHERE i.inquiry_id >= :low AND i.created_at > greatest(CAST(:since AS timestamptz), earlier.ended_at)
"""
_DENIED = "AND i.outcome = ANY(CAST(:reasons AS text[]))"
# What the program tells by itself of those that the account subscribed to is no question that it put.
_ASKED = "AND NOT (i.product = 'risk_watch' AND i.state = 'answered' AND i.units = 0)"
_OF_ONE = "AND i.account = :account"


@dataclass(frozen=True)
class Rule:
    """What is counted of an account's inquiries of a span of time, and the condition they are counted under.

    `candidates` finds whose inquiries might be too many, at the least cost.
    """

    span: timedelta
    counted: str
    condition: str = ""

    def candidates(self) -> TextClause:
        """Return the statement that finds accounts with more inquiries than `most`, held ones left out."""
        return text(f"""
            SELECT i.account, count(*) AS asked {_RECENT} {self.condition}
            GROUP BY i.account HAVING count(*) > :most
                AND NOT EXISTS (SELECT FROM abnormal_use h WHERE h.account = i.account AND h.status = 'held')
            ORDER BY i.account
        """)  # noqa: S608 - our own words

    def count(self) -> TextClause:
        """Return the statement that counts one account's, with the newest of them."""
        return text(f"""
            SELECT {self.counted} AS counted,
                   (array_agg(i.inquiry_id::text ORDER BY i.inquiry_id DESC))[1:{MOST_SAMPLED}] AS sample
            {_RECENT} {self.condition} {_OF_ONE}
        """)


RULES: Mapping[str, Rule] = {
    "denials": Rule(timedelta(minutes=10), "count(*)", _DENIED),
    "subjects": Rule(timedelta(hours=1), "count(DISTINCT i.uscc)", _ASKED),
}


async def hold_abnormal(work: UnitOfWork, name: str) -> None:
    """Hold every account that a rule finds, each with its case."""
    rule, limits = RULES[name], await read_rate_limits(work.session)
    values = _values(rule, await database_now(work.session))
    lowest = limits.lowest("account", name)
    found = (await work.session.execute(rule.candidates(), {**values, "most": lowest})).all()
    for row in found:
        if row.asked > limits.most("account", row.account, name):
            await _hold(work, name, row.account, limits)


async def _hold(work: UnitOfWork, name: str, account: str, limits: RateLimits) -> None:
    session, rule, most = work.session, RULES[name], limits.most("account", account, name)
    client = await session.get_one(Client, account, with_for_update=True)
    if (await session.execute(_HELD, {"account": account})).scalar_one():
        return
    now = await database_now(session)
    values = _values(rule, now)
    counted = (await session.execute(rule.count(), {**values, "account": account})).one()
    if counted.counted <= most:
        return
    case = AbnormalUse(
        case_id=uuid7(), account=account, institution=client.institution_id or "", rule=name, counted=counted.counted,
        most=most, since=now - rule.span, until=now, sample=counted.sample, status="held", held_at=now,
        event_id=uuid7(),
    )  # fmt: skip
    payload = {
        "case": str(case.case_id), "client": account, "rule": name, "counted": case.counted, "limit": most,
        "since": case.since.isoformat(), "until": now.isoformat(), "sample": case.sample,
    }  # fmt: skip
    case.event_id = await work.record(
        "client.held", payload, institution=case.institution, account=account, outcome="held", at=now
    )
    session.add(case)
    await session.flush()


_HELD = text("SELECT EXISTS (SELECT FROM abnormal_use WHERE account = :account AND status = 'held')")


def _values(rule: Rule, now: datetime) -> dict[str, object]:
    since = now - rule.span
    values: dict[str, object] = {"since": since, "low": first_id(since, -CLOCKS)}
    return {**values, "reasons": list(CONSENT_DENIALS)} if rule.condition else values
