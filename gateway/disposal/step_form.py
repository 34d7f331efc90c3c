"""A step as a form of the case's page has it."""

from collections.abc import Mapping
from datetime import date

from gateway.disposal.stepping import TO, Said
from risk_monitor.case_names import STEPS, Step


def read_step(typed: Mapping[str, str]) -> Said:
    """Return what a form says of a step. Raises ValueError where it names none, or no day where one is needed."""
    named: Step | None = next((step for step in STEPS if step == typed.get("step")), None)
    if named is None:
        raise ValueError(typed.get("step"))
    wanted = {TO.get(named, "")} | ({"measure", "reference"} if named == "measure" else set[str]())
    given = {name: value for name in wanted if name and (value := typed.get(name, "").strip())}
    until = date.fromisoformat(given.pop("until")) if "until" in given else None
    return Said(named, typed.get("words", ""), tuple(typed.get("files", "").split()), until, **given)
