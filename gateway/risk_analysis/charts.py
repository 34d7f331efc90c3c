"""Charts of the analysis, in the reader's words: how it narrows, where, and how early it was."""

from collections.abc import Sequence

from gateway.console.chart import Chart, Series
from gateway.console.words import NOTHING, Words
from gateway.risk_analysis.documents import decimal_of
from gateway.risk_analysis.funnel import Funnel
from gateway.risk_analysis.lead import LeadOfType
from gateway.risk_analysis.naming import group_name

MOST_GROUPS = 12


def funnel_chart(words: Words, found: Funnel) -> Chart:
    """Return all together from suspects to handled: beside those who were judged the others would be invisible."""
    total = found.total
    share = total.handled_percent
    finding = words(
        "risk-funnel-finding", suspect=words.number(total.suspect), opened=words.number(total.opened),
        handled=words.number(total.handled), share=f"{share}%" if share is not None else NOTHING,
    )  # fmt: skip
    stages = ("risk-suspect", "risk-opened-cases", "risk-confirmed", "risk-handled")
    counts = [total.suspect, total.opened, total.confirmed, total.handled]
    return Chart(
        "risk-funnel", "across", finding, [words(stage) for stage in stages], [Series(words("risk-number"), counts)]
    )


def groups_chart(words: Words, found: Funnel) -> Chart | None:
    """Return the groups with most suspects, or the months, with what became of each; None where there are none."""
    groups = [one for one in found.groups if one.suspect or one.opened]
    if not groups:
        return None
    groups = groups[-MOST_GROUPS:] if found.by == "month" else groups[:MOST_GROUPS]
    most = max(groups, key=lambda one: one.suspect)
    finding = words(
        "risk-groups-finding", group=group_name(words, found.by, most.key), number=words.number(most.suspect)
    )
    return Chart(
        "risk-groups", "bar" if found.by == "month" else "across", finding,
        [group_name(words, found.by, one.key) for one in groups],
        [
            Series(words("risk-suspect"), [one.suspect for one in groups], "warn"),
            Series(words("risk-opened-cases"), [one.opened for one in groups], "1"),
            Series(words("risk-handled"), [one.handled for one in groups], "ok"),
        ],
    )  # fmt: skip


def lead_chart(words: Words, types: Sequence[LeadOfType]) -> Chart | None:
    """Return the quartiles of each type that has any; None where none has."""
    known = [(one.type, one.days) for one in types if one.type and one.days]
    whole = next((one.days for one in types if not one.type), None)
    if not known or whole is None:
        return None
    finding = words("risk-lead-finding", days=f"{decimal_of(whole.median):g}", number=words.number(whole.number))
    return Chart(
        "risk-lead", "across", finding, [words(f"risk-type-{kind}") for kind, _ in known],
        [
            Series(words("risk-lead-lower"), [decimal_of(days.lower) for _, days in known], "3"),
            Series(words("risk-lead-median"), [decimal_of(days.median) for _, days in known], "1"),
            Series(words("risk-lead-upper"), [decimal_of(days.upper) for _, days in known], "2"),
        ],
        words("unit-days"),
    )  # fmt: skip
