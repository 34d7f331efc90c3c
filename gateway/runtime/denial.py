"""A denial: why something is not done, as a value. What it is over HTTP and in words stands in web/error_table.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.runtime.errors import GatewayError


@dataclass(frozen=True)
class Denial:
    """A reason of the error table; what is particular to this case; members and header fields to show beside it.

    `detail` may be empty: then the table's own sentence is shown.
    """

    reason: str
    detail: str = ""
    members: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class DeniedError(GatewayError):
    """A denial that leaves nothing behind: raising it rolls the unit of work back.

    One that must be recorded is returned as a Denial instead.
    """

    def __init__(
        self, reason: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **members: object
    ) -> None:
        super().__init__(detail or reason)
        self.denial = Denial(reason, detail, members, headers or {})
