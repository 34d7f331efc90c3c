"""An output policy as people read it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.console.words import Words
from gateway.quota.products import RECORDS


def form_in_words(product: str, form: str, threshold: int | None, words: Words) -> str:
    """Return in which form a product is given."""
    of_records = product == RECORDS and form != "raw"
    return words(f"output-{'records' if of_records else 'form'}-{form}", least=threshold or 0)  # texts of FORMS


def left_out_in_words(names: Sequence[str], words: Words) -> str:
    """Return what is left out, in one line; "" where nothing is."""
    return words.listed(words(f"output-member-{name}") for name in names)  # texts of LEAVABLE


def withheld_by_policy(policy: Mapping[str, Any] | None, words: Words) -> list[str]:
    """Return what the policy that an answer names withholds of it."""
    names = policy["withheld"] if policy else ()
    return [words(f"output-member-{name.replace('.', '-')}") for name in names]
