"""What an answer of records shows of what was listed, by the output policy and with the institution's salt. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.catalogue.load import datasets
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.salt import salted
from gateway.inquiries.records.amounts import field_in_form, in_form
from signing.canonical import canonical_bytes, sha256_hex


def in_form_of_records(
    details: Mapping[str, Any], policy: OutputPolicy, salt: bytes, withheld: list[str]
) -> dict[str, Any]:
    """Return the details of an answer of records in the form that a policy rules; note what that keeps back."""
    shown = dict(details)
    if "items" in shown:
        shown["items"] = [shaped_item(one, policy, salt) for one in shown["items"]]
    if "values" in shown:
        shown["values"] = [_shaped_value(one, policy, salt) for one in shown["values"]]
    if policy.form != "raw":
        withheld += ["records.amounts"] if {"items", "values"} & shown.keys() else []
        withheld += ["records.texts"] if "items" in shown else []
    return shown


def shaped_item(item: Mapping[str, Any], policy: OutputPolicy, salt: bytes) -> dict[str, Any]:
    """Return a record as it is shown: its digest the institution's own, its values in the policy's form.

    The number of a document is told as it is of public records in raw form alone, elsewhere as a digest. That one rests
    on the record's leaf hash, which nobody without the record knows: it is not found by trying numbers out.
    """
    declared = datasets()[item["dataset"]].fields
    open_numbers = policy.form == "raw" and item["sharing"] == "public"
    fields: dict[str, Any] = {}
    for name, value in item["fields"].items():
        field = declared[name]
        if field.is_document and not open_numbers:
            fields[name] = {"digest": document_digest(item["digest"], name, value, salt)}
            continue
        told, shown = field_in_form(field, value, policy)
        if told:
            fields[name] = shown
    return {**item, "digest": salted(item["digest"], salt), "fields": fields}


def _shaped_value(one: Mapping[str, Any], policy: OutputPolicy, salt: bytes) -> dict[str, Any]:
    """Return a column of a view as it is shown. A flag tells of a figure that is no amount whether there is any."""
    value, shown = one["value"], dict(one)
    if value is None:
        return shown
    if "." in one["column"]:
        dataset, _, name = one["column"].partition(".")
        field, sharing = datasets()[dataset].fields[name], datasets()[dataset].sharing
        told: object
        if field.is_document and (policy.form != "raw" or sharing != "public"):
            told = {"digest": document_digest(one["digest"], name, value, salt)}
        else:
            known, told = field_in_form(field, value, policy)
            told = told if known else None
            shown |= {} if known else {"status": "withheld"}
        return {**shown, "digest": salted(one["digest"], salt), "value": told}
    if policy.form != "raw" and one["unit"] == "yuan":
        return {**shown, "value": in_form(Decimal(str(value)), policy)}
    if policy.form == "flag" and isinstance(value, int) and one["unit"] != "level":
        return {**shown, "value": {"any": value != 0}}
    return shown


def document_digest(leaf: str, name: str, value: object, salt: bytes) -> str:
    """Return the digest that stands for a document's number: whoever has the record and the salt makes the same."""
    return salted(sha256_hex(canonical_bytes({"leaf": leaf, "field": name, "value": value})), salt)
