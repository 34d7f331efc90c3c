"""Datasets that are delivered as full lists, each test's its own."""

from itertools import count

import msgspec
import pytest

from connectors.catalogue.load import datasets, get_dataset

_NUMBERS = count(1)


@pytest.fixture
def full_list(monkeypatch):
    """Declare a further dataset of the tax bureau, as full lists, and return its name."""

    def declare(**changes):
        name = f"arrears_list_{next(_NUMBERS)}"
        declared = msgspec.structs.replace(get_dataset("tax_arrears"), dataset=name, delivery="full_list", **changes)
        monkeypatch.setitem(datasets(), name, declared)
        return name

    return declare
