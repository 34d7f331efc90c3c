"""Limits of a catalogue or a configuration are told in words of ours."""

from typing import Annotated
from uuid import UUID

import msgspec
import pytest

from connectors.catalogue.form_faults import fault_of_form


class Limited(msgspec.Struct):
    rows: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1
    name: Annotated[str, msgspec.Meta(max_length=3)] = ""
    sent: UUID | None = None


@pytest.mark.parametrize(
    ("value", "where", "said"),
    [
        ({"rows": 0}, ["rows"], "应 >= 1 it must be >= 1"),
        ({"rows": 10}, ["rows"], "应 <= 9 it must be <= 9"),
        ({"name": "long"}, ["name"], "长度应 <= 3 its length must be <= 3"),
        ({"sent": "x"}, ["sent"], "形式不对 its form is wrong"),
    ],
)
def test_a_limit_is_told_with_its_value(value, where, said):
    with pytest.raises(msgspec.ValidationError) as fault:
        msgspec.convert(value, Limited)
    assert fault_of_form(fault.value, Limited) == (where, said)
