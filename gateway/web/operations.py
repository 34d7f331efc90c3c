"""What an operation of the interface can answer: reasons of denial, and an example. Each room declares its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Operation:
    """An operation's own reasons of denial, an example of what is sent and of what is answered (JSON or text).

    Reasons that come with the token, the parameters or the body are added to every operation that has them.
    `oauth` are errors of the form of RFC 6749, by status; `also` are further statuses, with what they mean.
    `media_type` is the answer's where the route does not tell; `gives` names ids in the answer, and for each the
    operations that take it.
    """

    reasons: tuple[str, ...] = ()
    sent: object = None
    answered: object = None
    oauth: Mapping[int, str] = field(default_factory=dict)

    also: Mapping[int, str] = field(default_factory=dict)
    media_type: str = "text/plain"
    gives: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


OPERATIONS: Mapping[str, Operation] = {
    "GET /livez": Operation(answered={"status": "ok"}),
    "GET /readyz": Operation(
        answered={"status": "ok", "checks": {"database": {"ok": True, "seen": "有应答 it answers"}}}
    ),
    "GET /problems/{slug}": Operation(("not-found",), answered="<!doctype html>…"),
}
