"""What a call can end with. `str()` of each says in one line what is wrong, with which field, until when, what to do.

XinqiaoError              all of them; an httpx.HTTPError too, as the client speaks by httpx
├── UnreachableError      no answer came: address, network, certificate, time-out
└── ProblemError          the gateway said no
    ├── LoginError        it does not know who calls: key, clock, token
    │   └── StoppedError  it knows, and the client or its institution is suspended, closed or without an agreement
    ├── DeniedError       this is not permitted: consent, scope, somebody else's
    ├── BadRequestError   the request is to be mended: `invalid_params` names the fields
    ├── NotFoundError     there is no such thing, or not any more
    ├── ConflictError     it does not fit what was done or is under way
    ├── QuotaUsedUpError  wait until `reset_at`, or ask the operator for more
    ├── RateLimitedError  too much at once: again in `retry_after` seconds
    └── UnavailableError  the gateway, or a provider of scores, cannot answer now
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

STOPPED = frozenset(
    {
        "account-suspended",
        "account-closed",
        "institution-suspended",
        "institution-closed",
        "agreement-not-in-force",
        "abnormal-usage-detected",
    }
)
_REMEDIES = {
    "invalid_client": "核对客户端编号、密钥、平台地址和时钟；仍不行请联系平台。"
    "Check the client id, the key, the gateway's address and the clock; else ask the operator.",
    "invalid_scope": "不写 scope 即取得全部已开通的权限。Leave scope out for all that was granted.",
    "invalid_dpop_proof": "核对时钟和平台地址。Check the clock and the gateway's address.",
    "wrong_address": "只用开户时的平台地址。Use the address of the gateway alone.",
}


class XinqiaoError(httpx.HTTPError):
    """A call came to nothing."""


class UnreachableError(XinqiaoError):
    """No answer came. What was sent may have been done: the same key or batch id again does it once."""

    def __init__(self, address: str, fault: httpx.TransportError) -> None:
        """Tell the address and what kind of fault it was; the fault itself stays in `__cause__`."""
        kinds: dict[type[httpx.TransportError], str] = {
            httpx.TimeoutException: "超时 timed out",
            httpx.ConnectError: "连不上 cannot connect",
            httpx.UnsupportedProtocol: "须以 https:// 开头 must begin with https://",
        }
        kind = next((text for each, text in kinds.items() if isinstance(fault, each)), "连接中断 the connection broke")
        super().__init__(
            f"{address}：{kind}。怎么办 What to do: 核对地址、网络、证书和代理，再试；不会重复办理或计费。"
            "Check the address, the network, the certificate and the proxy, and try again; nothing is done twice."
        )


@dataclass(frozen=True)
class FieldError:
    """A field of the request and what is wrong with it; its value is not repeated."""

    name: str
    reason: str


class ProblemError(XinqiaoError):
    """The gateway said no.

    `reason` names it (docs/errors.md), `type` is the address of a page about it, `status` is HTTP's, `detail` says what
    is wrong, `remedy` what to do. `invalid_params` are the wrong fields, `policies` the quotas that are used up,
    `reset_at` when they begin anew, `retry_after` the seconds to wait (None: no use in waiting). `request_id` is what
    the operator finds the call by, `body` the whole document.
    """

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        """Take a problem document (RFC 9457) or an error of the token endpoint (RFC 6749 5.2), and the header."""
        known = httpx.Headers(headers or {})
        error = str(body.get("error", ""))
        self.status, self.body = status, body
        self.type = str(body.get("type") or body.get("error_uri") or "")
        self.reason = self.type.rpartition("/")[2].rpartition("#")[2] or error or f"http-{status}"
        self.detail = str(body.get("detail") or body.get("error_description") or "")
        self.remedy = str(body.get("remedy") or _REMEDIES.get(error, ""))
        self.invalid_params = tuple(_fields(body.get("invalid_params")))
        self.policies = tuple(map(str, body.get("violated-policies") or ()))
        self.retry_after = _seconds(known.get("Retry-After"))
        self.reset_at = _moment(body.get("resets-at"))
        self.request_id = known.get("X-Request-Id", "")
        super().__init__(" ".join(self._sentences()))

    def _sentences(self) -> list[str]:
        fields = "; ".join(f"{field.name}: {field.reason}" for field in self.invalid_params)
        waiting = self.retry_after is not None and self.reset_at is None
        told = {
            f"{self.status} {self.reason}: {self.detail}": True,
            f"字段 Fields: {fields}": fields,
            f"用尽的配额 Quotas used up: {', '.join(self.policies)}.": self.policies,
            f"恢复时间 They begin anew at {self.reset_at and self.reset_at.isoformat()}.": self.reset_at,
            f"{self.retry_after} 秒后再试 Try again in {self.retry_after} s.": waiting,
            f"怎么办 What to do: {self.remedy}": self.remedy,
            f"请求编号 Request {self.request_id}.": self.request_id,
        }
        return [sentence for sentence, is_told in told.items() if is_told]


class LoginError(ProblemError):
    """The gateway does not know who calls: the key, the clock or the token is wrong."""


class StoppedError(LoginError):
    """The client has proved who it is, and it or its institution is suspended, closed or without an agreement."""


class DeniedError(ProblemError):
    """Not permitted: no consent, no scope, or it is somebody else's."""


class BadRequestError(ProblemError):
    """The request is not as documented: mend it, the same again is refused again."""


class NotFoundError(ProblemError):
    """There is no such thing, not for this caller, or not any more."""


class ConflictError(ProblemError):
    """It does not fit what was done before or is under way."""


class QuotaUsedUpError(ProblemError):
    """The quota is used up until `reset_at`."""


class RateLimitedError(ProblemError):
    """Too much at once: again in `retry_after` seconds, with fewer side by side."""


class UnavailableError(ProblemError):
    """The gateway, or a provider of scores, cannot answer now: try again later under the same key."""


# Policies of rates, which are refused under the type of quotas: waiting for seconds helps.
_RATES = frozenset({"acct-rate", "inst-rate", "signatory-rate", "acct-at-once"})
_BY_REASON = {
    **dict.fromkeys(STOPPED, StoppedError),
    "quota-exceeded": QuotaUsedUpError,
    "temporary-reduced-capacity": RateLimitedError,
}
_BY_STATUS = {
    401: LoginError,
    403: DeniedError,
    404: NotFoundError,
    410: NotFoundError,
    **dict.fromkeys((409, 412, 423, 460), ConflictError),
    429: RateLimitedError,
}


def read_problem(answer: httpx.Response) -> ProblemError:
    """Return the error that an answer tells. Its body has been read; of one that is no JSON nothing is repeated."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        kind = answer.headers.get("Content-Type", "").partition(";")[0] or "?"
        body = {
            "detail": f"应答不是网关的格式 The answer is none of the gateway's ({kind}).",
            "remedy": "核对地址，以及中间的代理。Check the address, and what proxy stands between.",
        }
    told = ProblemError(answer.status_code, body)
    default = BadRequestError if answer.is_client_error else UnavailableError
    by_status = LoginError if "error" in body else _BY_STATUS.get(answer.status_code, default)
    known = by_status if _RATES.intersection(told.policies) else _BY_REASON.get(told.reason, by_status)
    return known(answer.status_code, body, answer.headers)


def _fields(params: object) -> list[FieldError]:
    found = params if isinstance(params, list) else []
    return [FieldError(str(one.get("name")), str(one.get("reason"))) for one in found if isinstance(one, dict)]


def _seconds(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _moment(said: object) -> datetime | None:
    """Return a moment that the gateway named, in this machine's time zone."""
    try:
        return datetime.fromisoformat(str(said)).astimezone()
    except ValueError:
        return None
