"""The business key of a record: what stays the same through all its versions. Pure."""

from collections.abc import Mapping

from connectors.model.datasets import Dataset


def business_key(dataset: Dataset, party: str, fields: Mapping[str, object]) -> str:
    """Join the parts the dataset names; `party` is the party's code, else its name in the spelling names compare in."""
    return "|".join(party if part == "party" else str(fields.get(part) or "") for part in dataset.key)
