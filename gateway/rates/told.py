"""How a caller is told that it asks too fast or too much at once: the policy, and how long to wait. Pure.

RateLimit-Policy and RateLimit as draft-ietf-httpapi-ratelimit-headers-10 has them. What an institution has in all is
not told to one account.
"""

from gateway.rates.gcra import SECOND, Pace
from gateway.runtime.denial import DeniedError

POLICIES = {"account": "acct-rate", "institution": "inst-rate", "signatory": "signatory-rate"}
AT_ONCE = "acct-at-once"


def too_fast(scope: str, pace: Pace, wait: int) -> DeniedError:
    """Return the refusal of a request that comes `wait` nanoseconds too early."""
    policy, seconds = POLICIES[scope], rounded_up(wait)
    headers = {"Retry-After": str(seconds)}
    if scope != "institution":
        window = rounded_up(pace.burst * pace.interval)
        headers["RateLimit-Policy"] = f'"{policy}";q={pace.burst};w={window}'
        headers["RateLimit"] = f'"{policy}";r=0;t={seconds}'
    return _refusal("rate-exceeded", policy, headers)


def too_many_at_once(most: int) -> DeniedError:
    """Return the refusal of a question while `most` are under way; when one of these ends is not known."""
    headers = {
        "Retry-After": "1",
        "RateLimit-Policy": f'"{AT_ONCE}";q={most};qu="concurrent-requests"',
        "RateLimit": f'"{AT_ONCE}";r=0',
    }
    return _refusal("at-once-exceeded", AT_ONCE, headers)


def rounded_up(span: int) -> int:
    """Return nanoseconds as whole seconds, never less."""
    return -(-span // SECOND)


def _refusal(reason: str, policy: str, headers: dict[str, str]) -> DeniedError:
    members: dict[str, object] = {"violated-policies": [policy]}
    return DeniedError(reason, "", headers=headers, **members)
