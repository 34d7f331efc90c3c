"""What must never reach a log: identifiers of enterprises and people, names, tokens, passwords. Pure."""

import re
from collections.abc import Mapping

REDACTED = "[redacted]"

# Values under these keys are never shown, whatever they look like.
SECRET_KEYS = frozenset(
    {
        "access_token",
        "address",
        "approval",
        "assertion",
        "authorization",
        "client_assertion",
        "cookie",
        "identifier",
        "kek",
        "legal_representative",
        "message_jws",
        "name",
        "password",
        "phone",
        "secret",
        "subject_name",
        "token",
        "uscc",
    }
)

_EDGE_BEFORE, _EDGE_AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_CODE = "[0-9A-HJ-NPQRTUWXY]"
_SHAPES = (
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),  # login in a URL
    re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*){1,4}"),  # JWS or JWE, RFC 7515
    re.compile(r"(?i)(?<=bearer )[^\s\"']+"),
    re.compile(_EDGE_BEFORE + r"\d{17}[\dXx]" + _EDGE_AFTER),  # citizen number, GB 11643
    re.compile(f"{_EDGE_BEFORE}(?i:{_CODE}{{2}}\\d{{6}}{_CODE}{{10}}){_EDGE_AFTER}"),  # USCC, GB 32100
    re.compile(_EDGE_BEFORE + r"\d{15}" + _EDGE_AFTER),  # registration number, old citizen and tax numbers
    re.compile(_EDGE_BEFORE + r"1[3-9]\d{9}" + _EDGE_AFTER),  # mobile number
    re.compile(  # an enterprise's name, and with it a sole trader's
        r"[\u4e00-\u9fff\w（）()·]{2,40}?(?:公司|合伙企业|合作社|事务所|工作室|经营部|商行|门市部|加工厂|个体户|[厂店坊])"
    ),
)


def redact_text(text: str) -> str:
    """Return the text with every shape of personal or secret data replaced."""
    for shape in _SHAPES:
        text = shape.sub(REDACTED, text)
    return text


def redact(value: object, key: str = "") -> object:
    """Return a copy of a log value, nested ones included, without personal or secret data."""
    if key.lower() in SECRET_KEYS:
        return REDACTED
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, Mapping):
        return {redact_text(str(inner)): redact(kept, str(inner)) for inner, kept in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    if isinstance(value, bool | float) or value is None:
        return value
    shown = redact_text(str(value))  # a number may be an identifier too
    return value if isinstance(value, int) and shown != REDACTED else shown
