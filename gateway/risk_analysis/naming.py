"""What groups of the analysis are called on a page. Pure but for the words."""

from gateway.console.words import Words
from gateway.risk_analysis.chosen import NOWHERE
from risk_monitor.divisions import name_of
from scoring_adapter.industries import load_industries


def division_name(words: Words, code: str) -> str:
    """Return what a division is called; without one, that there is none."""
    if code in {"", NOWHERE}:
        return words("risk-nowhere")
    name = name_of(code)
    return words.either(name.zh, name.en)


def section_name(words: Words, letter: str) -> str:
    """Return what a section of industry is called; without one, that there is none."""
    found = next((one for one in load_industries().sections if one.id == letter), None)
    return f"{letter} {words.either(found.zh, found.en)}" if found else words("risk-nowhere")


def group_name(words: Words, by: str, key: str) -> str:
    """Return what a group is called."""
    if by == "division":
        return division_name(words, key)
    if by == "section":
        return section_name(words, key)
    return words(f"risk-type-{key}") if by == "type" else key
