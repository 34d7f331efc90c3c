"""What is wrong with the settings, a line for each: the variable, what would be right, what it is; never a secret."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, get_args, get_origin

import orjson
from annotated_types import Ge, Gt, Le, Lt
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from gateway.runtime.wrong_values import reason_of

PREFIX = "XINQIAO_"
# Read elsewhere: the city's own catalogue, what compose publishes, the options of `enterprise` and `sandbox` that may
# stand in the environment, and what the tests are asked with.
ELSEWHERE = frozenset(
    {
        "CATALOGUE", "PUBLISH", "SERVICE", "AS", "KEY", "SANDBOX_ENTERPRISES",
        "REAL_DATA", "CASES", "TEST_HOME", "KILL_ROUNDS", "KILL_SEED", "OUTAGE_SECONDS", "CHROMIUM",
    }
)  # fmt: skip
# Settings of earlier releases, and what is done instead.
_BY_COMMAND = "已不再是设置，请用 no setting any more, instead: xinqiao provider set"
GONE = {"PROVIDERS": _BY_COMMAND, "PROVIDER_TIMEOUT_SECONDS": _BY_COMMAND}
_NUMBERS = {int: "整数 a whole number", float: "数 a number"}


def unknown_lines(fields: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    """Yield a line for each variable of ours that is no setting, with the nearest one that is."""
    known = {name.upper() for name in fields} | ELSEWHERE
    for name in sorted({name.upper().removeprefix(PREFIX) for name in names if name.upper().startswith(PREFIX)}):
        if name in GONE:
            yield f"{PREFIX}{name}: {GONE[name]}"
        elif name not in known:
            near = difflib.get_close_matches(name, known, 1)
            yield f"{PREFIX}{name}: 没有此设置 no such setting" + (
                f"；是否为 was it {PREFIX}{near[0]}？" if near else ""
            )


def fault_line(error: ErrorDetails, fields: Mapping[str, FieldInfo]) -> str:
    """Return what is wrong of a setting, or of several together."""
    name = str(error["loc"][0]).lower().removeprefix(PREFIX.lower()) if error["loc"] else ""
    said = reason_of(error)
    if name not in fields:
        return said
    field = fields[name]
    line = f"{PREFIX}{name.upper()}: 应为 must be: {_right(field) or said}"
    if SecretStr in (field.annotation, *get_args(field.annotation)):
        return line
    return f"{line}；现为 it is: {orjson.dumps(error['input'], default=str).decode()[:100]}"


def _right(field: FieldInfo) -> str:
    """Say in both languages which values a setting takes; "" where its own check says it."""
    if field.description:
        return field.description
    if field.annotation is bool:
        return "true | false"
    if get_origin(field.annotation) is Literal:
        return " | ".join(map(str, get_args(field.annotation)))
    for kind, words in _NUMBERS.items():
        if field.annotation is kind:
            return " ".join([words, *(bound for part in field.metadata if (bound := _bound(part)))])
    return ""


def _bound(part: object) -> str:
    match part:
        case Ge():
            return f"≥ {part.ge}"
        case Gt():
            return f"> {part.gt}"
        case Le():
            return f"≤ {part.le}"
        case Lt():
            return f"< {part.lt}"
        case _:
            return ""
