"""The token endpoint: what was decided is written and recorded, in one transaction for all who ask meanwhile.

A client that is being changed at that moment is left out of the group: its request waits for the change in a
transaction of its own, and nobody else waits for it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import text
from uuid_utils.compat import uuid7

from audit.events import Event
from gateway.identity.clients.registered import find_clients, lock_clients, lock_free_clients
from gateway.identity.tokens.authorization_server import Answer, Form
from gateway.identity.tokens.binding import Binding
from gateway.identity.tokens.issuer import TokenIssuer
from gateway.identity.tokens.marks import claim_all
from gateway.identity.tokens.oauth_errors import UseNonceError
from gateway.identity.tokens.stores import GroupStore
from gateway.identity.tokens.token_server import Asked, CodeServer, Outcome, TokenServer
from gateway.runtime.actor import ANYONE
from gateway.runtime.events import event_of
from gateway.runtime.group_commit import GroupCommit
from gateway.runtime.work import UnitOfWork, UnitsOfWork

_ISSUED = text("""
    INSERT INTO issued_token (jti, client_id, person_id, expires_at)
    SELECT * FROM unnest(CAST(:jtis AS uuid[]), CAST(:clients AS text[]), CAST(:people AS text[]),
                         CAST(:ends AS timestamptz[]))
""")
# To the minute, and never waiting: the other one who holds the row has just used it, or is changing the client.
_USED = text("""
    UPDATE client SET last_used_at = :now WHERE client_id IN (
        SELECT client_id FROM client WHERE client_id = ANY(CAST(:ids AS text[])) FOR NO KEY UPDATE SKIP LOCKED)
""")
_USED_EVERY = timedelta(minutes=1)


async def issue_token(
    units: UnitsOfWork,
    groups: GroupCommit,
    issuer: TokenIssuer,
    form: Mapping[str, str],
    binding: Binding | Exception,
    now: datetime,
) -> Answer:
    """Answer a token request, once what it came to is durable. A refusal is recorded where the client itself signed it.

    `binding` is what the sender proves to hold, or why it proves nothing. Raises what the database raises.
    """
    asked = Asked(Form(f"{issuer.name}/oauth/token", form, binding), now)
    answer = await groups.join("token.issue", partial(_issue, issuer), asked)
    if answer is None:
        async with units.begin("token.issue-alone", ANYONE) as work:
            answer = await _issue_alone(work, issuer, asked)
    return answer


async def exchange_code(
    units: UnitsOfWork, issuer: TokenIssuer, form: Mapping[str, str], binding: Binding | Exception, now: datetime
) -> Answer:
    """Do the same for an authorization code, in a transaction of its own.

    Where it answers invalid_grant, a code may have come twice and taken its token along: the door lets its AccessCache
    expire.
    """
    asked = Asked(Form(f"{issuer.name}/oauth/token", form, binding), now)
    async with units.begin("token.exchange", ANYONE) as work:
        outcome = await work.session.run_sync(lambda sync: CodeServer(issuer, sync, asked).decide())
        await _write(work, [outcome])
    return outcome.answer


async def _issue(issuer: TokenIssuer, work: UnitOfWork, group: Sequence[Asked]) -> list[Answer | None]:
    """Return the answer of each, None where its client is being changed."""
    names = list(filter(None, (asked.form.claimed_client for asked in group)))
    busy = await lock_free_clients(work.session, names)
    free = [asked for asked in group if asked.form.claimed_client not in busy]
    outcomes = await _decide(work, issuer, free)
    await _write(work, outcomes)
    answers = iter(outcome.answer for outcome in outcomes)
    return [None if asked.form.claimed_client in busy else next(answers) for asked in group]


async def _issue_alone(work: UnitOfWork, issuer: TokenIssuer, asked: Asked) -> Answer:
    await lock_clients(work.session, [asked.form.claimed_client or ""])
    (outcome,) = await _decide(work, issuer, [asked])
    await _write(work, [outcome])
    return outcome.answer


async def _decide(work: UnitOfWork, issuer: TokenIssuer, group: Sequence[Asked]) -> list[Outcome]:
    """Decide by the clients, which are locked, as they stand; then claim what may be used once.

    Who comes too late is refused.
    """
    clients = await find_clients(
        work.session, filter(None, (asked.form.claimed_client for asked in group)),
        filter(None, (asked.form.on_behalf_of for asked in group)),
    )  # fmt: skip
    stores = [GroupStore(clients) for _ in group]
    outcomes = [TokenServer(issuer, *each).decide() for each in zip(stores, group, strict=True)]
    taken = await claim_all(work.session, [store.marks for store in stores])
    return [outcome.refused(mark) if mark else outcome for outcome, mark in zip(outcomes, taken, strict=True)]


async def _write(work: UnitOfWork, outcomes: Sequence[Outcome]) -> None:
    """Write the tokens that are given, when their clients last used the door, and the events."""
    given = [outcome.issued for outcome in outcomes if outcome.issued]
    if given:
        rows = {
            "jtis": [said.jti for said in given], "clients": [said.client_id for said in given],
            "people": [said.person for said in given], "ends": [datetime.fromtimestamp(s.ends, UTC) for s in given],
        }  # fmt: skip
        await work.session.execute(_ISSUED, rows)
    seen = {o.client.client_id for o in outcomes if o.client and o.issued and _is_due(o.client.row.last_used_at, o)}
    if seen:
        await work.session.execute(_USED, {"now": max(o.asked.now for o in outcomes), "ids": list(seen)})
    events = [(uuid7(), event, outcome.asked.now) for outcome in outcomes if (event := _event(outcome))]
    if events:
        await work.recorder.record_all(work.session, events)


def _is_due(last: datetime | None, outcome: Outcome) -> bool:
    return last is None or last < outcome.asked.now - _USED_EVERY


def _event(outcome: Outcome) -> Event | None:
    """Return the event, None where no client signed, or where it is asked to sign again."""
    client, issued, error = outcome.client, outcome.issued, outcome.error
    if client is None or error == UseNonceError.error:
        return None
    reason = {"reason": outcome.answer.body.get("error_description", "")}
    said = {"jti": str(issued.jti), "scope": " ".join(sorted(issued.scopes))} if issued else {}
    if issued and issued.account:
        said["on_behalf_of"] = issued.account
    return event_of(
        "token.refused" if error else "token.issued", client.client_id, reason if error else said,
        institution=client.row.institution_id, account=client.client_id if client.row.institution_id else None,
        outcome=error or "issued",
    )  # fmt: skip
