"""Values that requests carry and more than one room reads: an amount of money, a day."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from gateway.runtime.wrong_values import WrongValueError

_YUAN = re.compile(r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,2})?")


def _read_yuan(value: object) -> Decimal:
    text = str(value) if type(value) is int else value
    if not (isinstance(text, str) and _YUAN.fullmatch(text)):
        raise WrongValueError('金额写成文字，如 "500000.00" an amount in yuan as a text, such as "500000.00"')
    return Decimal(text)


# Digits alone: Decimal itself reads full-width digits, 1_000 and 1e3 too, and a JSON number with a point is no decimal.
Yuan = Annotated[
    Decimal,
    BeforeValidator(_read_yuan),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": f"^{_YUAN.pattern}$"},
                              {"type": "integer", "minimum": 0, "exclusiveMaximum": 10**15}]}),
]  # fmt: skip
Day = Annotated[date, Field(ge=date(1949, 10, 1), le=date(2099, 12, 31))]  # beyond it, a mistake in typing
