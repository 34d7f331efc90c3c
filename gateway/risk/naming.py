"""What an enterprise is called in lists of risks. Pure but for the words."""

from connectors.store.subjects import Subject
from gateway.console.table import Cell
from gateway.console.words import Words


def enterprise(words: Words, subject: Subject) -> Cell:
    """Return an enterprise as a cell that leads to its risks."""
    code = subject.uscc or ""
    return Cell(subject.name or words("risk-unnamed"), href=f"/console/subjects/{code}/risks" if code else "", sub=code)
