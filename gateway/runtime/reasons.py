"""What a reason is, wherever somebody says why: 2 to 500 characters; one that is empty is no reason left out."""

from gateway.runtime.denial import DeniedError

SHORTEST, LONGEST = 2, 500
SAID = f"原因须有 {SHORTEST} 至 {LONGEST} 个字符 A reason has {SHORTEST} to {LONGEST} characters."


def is_reason(said: str) -> bool:
    """Tell whether this is long enough, spaces around it apart, and not too long."""
    return len(said.strip()) >= SHORTEST and len(said) <= LONGEST


def demand_reason(said: str) -> None:
    """Pass where this is a reason. Raises DeniedError."""
    if not is_reason(said):
        raise DeniedError("invalid-request", SAID)
