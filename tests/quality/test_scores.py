"""Scores and alerts: what is computed from deliveries whose figures are known, and what cannot be computed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.quality.alerts import ERRORS_OPEN, FEWEST_ROWS, Facts, check_alerts, decide_alerts
from gateway.quality.index import Feed, Score, ranked
from gateway.quality.scores import load_scores
from gateway.runtime.actor import PROGRAM
from gateway.runtime.locks import Lock, try_take

NOW = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)


@pytest.fixture
def deliver(gateway):
    """Add a batch as it would stand after a delivery: only its figures matter here."""

    async def add(days_ago, rows=100, rejected=0, unresolved=0, dataset="tax_arrears", fields=None, corrects=None):
        batch, good = uuid4(), rows - rejected - unresolved
        async with gateway.database.begin("test.deliver") as session:
            await session.execute(
                text("""INSERT INTO batch (batch_id, agency, dataset, sender_batch, digest, way, received_at, row_count,
                    accepted, unresolved, corrections, duplicates, natural_persons, rejected, reasons, statement,
                    event_id, corrects) VALUES (:b, 'tax', :d, CAST(:b AS text), '', 'push', :at, :rows, :good,
                    :unresolved, 0, 0, 0, :rejected, CAST(:reasons AS jsonb), '', :b, :corrects)"""),
                {"b": batch, "d": dataset, "at": NOW - timedelta(days=days_ago), "rows": rows, "good": good,
                 "unresolved": unresolved, "rejected": rejected, "corrects": corrects,
                 "reasons": f'{{"money_unreadable": {rejected}}}' if rejected else "{}"},
            )  # fmt: skip
            for field, filled in (fields or {}).items():
                await session.execute(
                    text("INSERT INTO batch_profile VALUES (:b, :f, :rows, :filled, 0, NULL, NULL, NULL)"),
                    {"b": batch, "f": field, "rows": good, "filled": filled},
                )
        return batch

    return add


@pytest.fixture(autouse=True)
async def empty(gateway):
    yield
    async with gateway.database.begin("test.empty", role="owner") as session:
        await session.execute(text("ALTER TABLE batch DISABLE TRIGGER USER"))
        await session.execute(text("ALTER TABLE batch_profile DISABLE TRIGGER USER"))
        await session.execute(text("TRUNCATE batch, batch_profile, alert, held_delivery"))


async def feeds(gateway, agency="tax", now=NOW):
    async with gateway.database.begin("test.scores") as session:
        (score,) = await load_scores(session, now, agency)
    return score, {feed.dataset: feed for feed in score.feeds}


async def look(gateway, now):
    """Look for alerts as if it were `now`."""
    async with gateway.units.begin("alerts.check", PROGRAM) as work:
        await check_alerts(replace(work, now=now))


async def test_timeliness_is_the_share_of_time_a_feed_was_as_fresh_as_promised(gateway, deliver):
    """penalty_tax promises 7 days; delivered 28, 21 and 7 days ago: late from day 14 to 7 of 28, one quarter."""
    for days in (28, 21, 7):
        await deliver(days, dataset="penalty_tax")
    score, found = await feeds(gateway)
    assert found["penalty_tax"].timeliness == pytest.approx(Decimal("0.75"))
    assert score.timeliness == found["penalty_tax"].timeliness
    assert (found["penalty_tax"].silent, found["penalty_tax"].deliveries) == (False, 3)


async def test_a_delivery_before_the_window_counts_for_the_days_it_was_fresh_in_it(gateway, deliver):
    """The window begins 84 days ago; a promise of 92 days, delivered 100 days ago, is kept for 76 of the 84."""
    await deliver(100)
    _, found = await feeds(gateway)
    assert found["tax_arrears"].timeliness == pytest.approx(Decimal(76) / 84)
    assert (found["tax_arrears"].silent, found["tax_arrears"].deliveries) == (True, 0)
    assert found["tax_arrears"].error_rate is None


async def test_errors_unresolved_and_filled_fields_are_shares_of_what_was_delivered(gateway, deliver):
    await deliver(3, rows=100, rejected=20, unresolved=8, fields={"taxpayer_name": 72, "address": 0, "balance": 72})
    await deliver(2, rows=100, rejected=0, unresolved=0)
    score, found = await feeds(gateway)
    feed = found["tax_arrears"]
    assert (feed.error_rate, feed.unresolved_share) == (Decimal("0.1"), Decimal(8) / 180)
    assert feed.completeness == pytest.approx(Decimal(3 + 3) / (3 + 1 + 3))  # a required field weighs three
    assert (score.error_rate, score.completeness) == (feed.error_rate, feed.completeness)


async def test_what_was_never_delivered_cannot_be_computed_and_is_not_nought(gateway):
    score, found = await feeds(gateway)
    assert score.index is None
    for feed in found.values():
        assert (feed.timeliness, feed.completeness, feed.error_rate, feed.unresolved_share) == (None,) * 4
        assert feed.silent is False


async def test_corrections_are_no_deliveries_of_their_own(gateway, deliver):
    first = await deliver(40, rejected=10)
    await deliver(1, rows=10, corrects=first)
    _, found = await feeds(gateway)
    feed = found["tax_arrears"]
    assert (feed.deliveries, feed.rows, feed.open_rows) == (1, 100, 10)
    assert feed.last_received == NOW - timedelta(days=40)


def feed(**changes):
    plain = {"timeliness": None, "silent": False, "rows": 0, "rejected": 0, "records": 0, "unresolved": 0}
    return Feed(agency="a", dataset="d", promise_days=7, last_received=None, deliveries=0, **{**plain, **changes})


SHARES = st.none() | st.decimals(0, 1, places=4)
FEEDS = st.builds(
    lambda timeliness, completeness, rows, rejected, records, unresolved: feed(
        timeliness=timeliness, completeness=completeness, rows=rows, rejected=min(rows, rejected), records=records,
        unresolved=min(records, unresolved),
    ),
    SHARES, SHARES, *[st.integers(0, 10**9)] * 4,
)  # fmt: skip


@given(st.lists(FEEDS, max_size=5))
def test_the_index_lies_between_0_and_100_and_is_none_only_where_nothing_can_be_computed(some):
    score = Score("a", some)
    parts = (score.timeliness, score.completeness, score.error_rate, score.unresolved_share)
    assert (score.index is None) == all(part is None for part in parts)
    assert score.index is None or 0 <= score.index <= 100


@given(st.lists(st.lists(FEEDS, max_size=2), max_size=6))
def test_the_ranking_puts_better_before_worse_and_the_unknown_last(some):
    order = ranked([Score(f"a{number}", held) for number, held in enumerate(some)])
    known = [score.index for score in order if score.index is not None]
    assert known == sorted(known, reverse=True)
    assert [score.index is None for score in order] == sorted(score.index is None for score in order)


def facts(**changes):
    day = NOW - timedelta(days=1)
    return Facts(**{"days": 7, "last": day, "first": day, "before": NOW - timedelta(days=8), **changes})


@pytest.mark.parametrize(
    ("seen", "opened", "expected"),
    [
        (Facts(days=7), set(), set()),
        (facts(), set(), set()),
        (facts(last=NOW - timedelta(days=7)), set(), set()),
        (facts(last=NOW - timedelta(days=7, seconds=1)), set(), {"silent"}),
        (facts(before=NOW - timedelta(days=8, seconds=1)), set(), {"late"}),
        (facts(before=None), set(), set()),
        (facts(rows=FEWEST_ROWS, rejected=10), set(), {"errors"}),
        (facts(rows=FEWEST_ROWS, rejected=9), set(), set()),
        (facts(rows=FEWEST_ROWS, rejected=9), {"errors"}, {"errors"}),  # between the thresholds nothing changes
        (facts(rows=FEWEST_ROWS, rejected=4), {"errors"}, set()),
        (facts(rows=FEWEST_ROWS - 1, rejected=50), set(), set()),
        (facts(waiting=1), set(), {"drift"}),
    ],
)
def test_an_alert_stands_where_a_promise_is_not_kept(seen, opened, expected):
    assert set(decide_alerts(seen, opened, NOW)) == expected


@given(st.integers(FEWEST_ROWS, 10_000), st.decimals(0, 1, places=3))
def test_an_alert_that_was_just_opened_is_not_closed_by_the_same_facts(rows, part):
    seen = facts(rows=rows, rejected=int(rows * part))
    opened = set(decide_alerts(seen, set(), NOW))
    assert opened <= set(decide_alerts(seen, opened, NOW))
    assert ("errors" in opened) == (Decimal(seen.rejected) / rows >= ERRORS_OPEN)


async def alerts(gateway):
    async with gateway.database.begin("test.alerts") as session:
        query = text("SELECT dataset, kind, closed_at IS NULL FROM alert ORDER BY opened_at, dataset, kind")
        return [tuple(row) for row in await session.execute(query)]


async def count_events(gateway, kind):
    async with gateway.database.begin("test.events") as session:
        query = text("SELECT count(*) FROM audit_event WHERE type = :t")
        return (await session.execute(query, {"t": kind})).scalar_one()


async def test_a_monthly_feed_that_stopped_opens_one_alert_which_its_next_delivery_closes(gateway, deliver):
    opened, closed = await count_events(gateway, "alert.opened"), await count_events(gateway, "alert.closed")
    await deliver(100)
    await look(gateway, NOW - timedelta(days=20))
    assert await alerts(gateway) == []
    await look(gateway, NOW)
    await look(gateway, NOW + timedelta(minutes=1))
    assert await alerts(gateway) == [("tax_arrears", "silent", True)]
    await deliver(0)
    await look(gateway, NOW + timedelta(hours=1))
    assert await alerts(gateway) == [("tax_arrears", "silent", False), ("tax_arrears", "late", True)]
    assert await count_events(gateway, "alert.opened") == opened + 2
    assert await count_events(gateway, "alert.closed") == closed + 1


async def test_while_another_worker_looks_nothing_is_opened_twice(gateway, deliver):
    await deliver(100)
    async with gateway.database.begin("test.leader") as session:
        assert await try_take(session, Lock.ALERTS)
        await look(gateway, NOW)
        assert await alerts(gateway) == []
    await look(gateway, NOW)
    assert len(await alerts(gateway)) == 1


async def test_an_alert_whose_event_cannot_be_recorded_is_not_opened(gateway, deliver, monkeypatch):
    await deliver(100)

    async def fail(*_arguments):
        raise OSError("the log cannot be written")

    monkeypatch.setattr(type(gateway.audit), "record", fail)
    with pytest.raises(OSError, match="log"):
        await look(gateway, NOW)
    monkeypatch.undo()
    assert await alerts(gateway) == []


async def test_the_same_two_thresholds_hold_in_the_database(gateway, deliver):
    await deliver(3, rows=1000, rejected=100)
    await look(gateway, NOW)
    assert await alerts(gateway) == [("tax_arrears", "errors", True)]
    await deliver(2, rows=400, rejected=0)  # 7 per cent now
    await look(gateway, NOW)
    assert await alerts(gateway) == [("tax_arrears", "errors", True)]
    await deliver(1, rows=1000, rejected=0)
    await look(gateway, NOW)
    assert await alerts(gateway) == [("tax_arrears", "errors", False)]
