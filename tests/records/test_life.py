"""The life of a record, decided in Python and in SQL alike."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.model.calendar import day_of
from connectors.records.life import (
    ALLOWED,
    TRANSITIONS,
    ActError,
    ActKind,
    PastAct,
    State,
    Version,
    decide_act,
    is_visible,
    state_of,
    status_of,
)

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
TODAY = day_of(NOW)


def done(state, number=1, version=1, *, hides=None, lasting=None, on=date(2026, 1, 1), at=NOW):
    hides = state in {State.WITHDRAWN, State.REPAIRED, State.ANNULLED, State.ENDED} if hides is None else hides
    lasting = state in {State.REPAIRED, State.OBJECTED} if lasting is None else lasting
    return PastAct(number, version, state, hides, lasting, on, at)


@pytest.mark.parametrize(("state", "kind"), list(product(State, ActKind)))
def test_what_the_table_does_not_allow_is_refused(state, kind):
    acts = [] if state is State.CURRENT else [done(state)]
    role = next(iter(ALLOWED[kind]))
    if (state, kind) in TRANSITIONS:
        assert decide_act(kind, role, acts, 1, TODAY, NOW, hide=False).state is TRANSITIONS[state, kind]
    else:
        with pytest.raises(ActError, match="allows no"):
            decide_act(kind, role, acts, 1, TODAY, NOW, hide=False)


@pytest.mark.parametrize(("kind", "role"), list(product(ActKind, ("agency", "signatory", "operator", "list"))))
def test_an_act_of_somebody_elses_is_refused(kind, role):
    acts = next([done(s)] if s is not State.CURRENT else [] for s, k in TRANSITIONS if k is kind)
    if role in ALLOWED[kind]:
        decide_act(kind, role, acts, 1, TODAY, NOW, hide=False)
    else:
        with pytest.raises(ActError) as refused:
            decide_act(kind, role, acts, 1, TODAY, NOW, hide=False)
        assert refused.value.reason == "act-not-yours"


def test_an_act_takes_effect_neither_in_the_future_nor_before_the_one_that_precedes_it():
    with pytest.raises(ActError, match="future"):
        decide_act(ActKind.WITHDRAW, "agency", [], 1, TODAY + timedelta(days=1), NOW, hide=False)
    with pytest.raises(ActError, match="before the act"):
        decide_act(ActKind.REINSTATE, "agency", [done(State.WITHDRAWN)], 1, date(2025, 12, 31), NOW, hide=False)


def test_a_newer_version_ends_a_withdrawal_and_outlives_neither_repair_nor_objection():
    assert state_of([done(State.WITHDRAWN)], 2) is State.CURRENT
    assert state_of([done(State.ANNULLED)], 2) is State.CURRENT
    assert state_of([done(State.ENDED)], 2) is State.CURRENT
    assert state_of([done(State.REPAIRED)], 2) is State.REPAIRED
    assert state_of([done(State.OBJECTED)], 2) is State.OBJECTED


def test_upholding_an_objection_to_a_version_that_was_corrected_leaves_the_correction():
    left = decide_act(ActKind.UPHOLD, "agency", [done(State.OBJECTED)], 2, TODAY, NOW, hide=False)
    assert (left.state, left.hides) == (State.CURRENT, False)


def test_the_day_is_the_one_in_shanghai():
    assert day_of(datetime(2025, 12, 31, 15, 59, tzinfo=UTC)) == date(2025, 12, 31)
    assert day_of(datetime(2025, 12, 31, 16, 0, tzinfo=UTC)) == date(2026, 1, 1)


def test_a_record_is_shown_on_its_last_day_and_not_on_the_next():
    version = Version(1, True, date(2025, 1, 1), date(2026, 1, 1), NOW, None)
    assert status_of(version, [], date(2026, 1, 1)) == "current"
    assert status_of(version, [], date(2026, 1, 2)) == "expired"
    assert status_of(version, [], date(2024, 12, 31)) == "not_yet"


days = st.dates(date(2026, 1, 1), date(2026, 1, 6))
moments = st.integers(0, 9).map(lambda hours: NOW + timedelta(hours=hours))


@st.composite
def lives(draw):
    """Versions that follow each other, and acts as they may be done, each known at its own moment."""
    times = sorted(draw(st.lists(moments, min_size=1, max_size=3, unique=True)))
    versions = [
        Version(
            at + 1, draw(st.booleans()), draw(st.none() | days), draw(st.none() | days), time,
            times[at + 1] if at + 1 < len(times) else None,
        )
        for at, time in enumerate(times)
    ]  # fmt: skip
    acts = []
    told = sorted(draw(st.lists(moments, max_size=5)))
    effective = sorted(draw(st.lists(days, min_size=len(told), max_size=len(told))))
    for at, on in zip(told, effective, strict=True):
        known = [v for v in versions if v.recorded_at <= at]
        if not known:
            continue
        kind = draw(st.sampled_from(ActKind))
        role = "agency" if "agency" in ALLOWED[kind] else "list"
        try:
            left = decide_act(
                kind, role, acts, known[-1].version, on, datetime(2027, 1, 1, tzinfo=UTC), hide=draw(st.booleans())
            )
        except ActError:
            continue
        acts.append(PastAct(len(acts) + 1, known[-1].version, left.state, left.hides, left.lasting, on, at))
    return versions, acts


@pytest.fixture(scope="module")
def connection(database_urls):
    address = database_urls.owner.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as opened:
        yield opened


SUBJECT = "INSERT INTO subject (subject_id, created_at) VALUES (%s, now())"
RECORD = """
    INSERT INTO record (record_id, dataset, agency, business_key, version, subject_id, identifier_type,
        identifier_value, event_date, publish_until, status, recorded_at, superseded_at, batch_id, leaf_index,
        row_number, key_id, digest, canonical)
    VALUES (%s, 'd', 'a', 'k', %s, %s, 'uscc', 'x', %s, %s, %s, %s, %s, %s, %s, 1, '', '', '{}')
"""
ACT = """
    INSERT INTO record_act (act_id, dataset, agency, business_key, record_id, version, number, kind, state, hides,
        lasting, effective_on, reason, actor, recorded_at, event_id)
    VALUES (%s, 'd', 'a', 'k', %s, %s, %s, 'withdraw', %s, %s, %s, %s, 'r', 'x', %s, %s)
"""


@given(life=lives(), as_of=days, known_at=st.none() | moments)
def test_the_view_shows_what_the_rules_say(connection, life, as_of, known_at):
    versions, acts = life
    with connection.transaction(force_rollback=True):
        subject, batch = uuid4(), uuid4()
        connection.execute(SUBJECT, [subject])
        ids = {}
        for v in versions:
            ids[v.version] = uuid4()
            owner, status = (subject, "resolved") if v.resolved else (None, "unresolved")
            values = [v.event_date, v.publish_until, status, v.recorded_at, v.superseded_at, batch, v.version]
            connection.execute(RECORD, [ids[v.version], v.version, owner, *values])
        for a in acts:
            values = [a.number, a.state.value, a.hides, a.lasting, a.effective_on, a.recorded_at, uuid4()]
            connection.execute(ACT, [uuid4(), ids[a.version], a.version, *values])
        found = connection.execute("SELECT version FROM record_visible(%s, %s)", [as_of, known_at]).fetchall()
        shown = {v.version for v in versions if is_visible(v, acts, as_of, known_at)}
        assert {row[0] for row in found} == shown
        assert len(shown) <= 1


MANY_SUBJECTS = (
    "INSERT INTO subject (subject_id, created_at) SELECT gen_random_uuid(), now() FROM generate_series(1, 3000)"
)
MANY_RECORDS = """
    INSERT INTO record (record_id, dataset, agency, business_key, version, subject_id, identifier_type,
        identifier_value, status, recorded_at, batch_id, leaf_index, row_number, key_id, digest, canonical)
    SELECT gen_random_uuid(), 'd', 'a', 'k' || row_number() OVER (), 1, subject_id, 'uscc', 'x', 'resolved', now(),
        gen_random_uuid(), 0, 1, uuid_send(gen_random_uuid()), '', '{}' FROM subject
"""

MANY_ACTS = """
    INSERT INTO record_act (act_id, dataset, agency, business_key, record_id, version, number, kind, state, hides,
        lasting, effective_on, reason, actor, recorded_at, event_id)
    SELECT gen_random_uuid(), 'd', 'a', business_key, record_id, 1, 1, 'object', 'objected', false, false, '2026-01-01',
        'r', 'x', now(), gen_random_uuid() FROM record
"""


def test_what_is_current_is_found_by_the_index_of_current_records(connection):
    with connection.transaction(force_rollback=True):
        connection.execute(MANY_SUBJECTS)
        connection.execute(MANY_RECORDS)
        connection.execute(MANY_ACTS)  # an index is worth it however the server last counted what others left here
        connection.execute("ANALYZE record, record_act")
        query = "EXPLAIN SELECT * FROM record_visible('2026-01-01', NULL) r WHERE r.subject_id = %s"
        plan = "\n".join(row[0] for row in connection.execute(query, [uuid4()]))
        assert "record_subject" in plan
        assert "record_act_key" in plan
        assert "Function Scan" not in plan


def test_acts_are_evidence(database_urls):
    address = database_urls.app.set(drivername="postgresql").render_as_string(hide_password=False)
    for statement in ("UPDATE record_act SET state = 'current'", "DELETE FROM record_act", "DELETE FROM act_batch"):
        with psycopg.connect(address) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)
