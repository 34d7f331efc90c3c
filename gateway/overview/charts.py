"""The overview's charts and its first line, in the reader's words. Pure but for the words."""

from collections import Counter

from connectors.catalogue.load import get_catalogue
from connectors.model.calendar import SHANGHAI
from gateway.console.chart import Chart, Series
from gateway.console.reasons import clause
from gateway.console.words import Words
from gateway.overview.figures import Overview
from scoring_adapter.card import load_card

MOST_BARS = 8


def first_line(words: Words, found: Overview) -> str:
    """Return how things are, in one sentence: what is late, what was refused, or that all is well."""
    troubles = []
    if found.late:
        troubles.append(words.count("overview-late", len(found.late)))
    if refused := sum(one.refused for one in found.platforms):
        troubles.append(words.count("overview-refused", refused))
    if not troubles:
        return words("overview-well")
    return words("overview-but", troubles=words("overview-and").join(troubles))


def by_hour(words: Words, found: Overview) -> Chart:
    """Return today's inquiries and denials by hour."""
    asked = sum(found.asked)
    if not asked:
        finding = words("overview-hours-none")
    else:
        busiest = max(range(len(found.asked)), key=lambda hour: found.asked[hour])
        finding = words(
            "overview-hours-finding", asked=words.number(asked), hour=busiest,
            most=words.number(found.asked[busiest]), denied=words.number(sum(found.denied)),
        )  # fmt: skip
    passed = found.at.astimezone(SHANGHAI).hour + 1  # of what has not come yet there is no number
    rest = [None] * (len(found.asked) - passed)
    return Chart(
        "hours", "bar", finding, [str(hour) for hour in range(len(found.asked))],
        [
            Series(words("overview-asked"), [*found.asked[:passed], *rest]),
            Series(words("overview-denied"), [*found.denied[:passed], *rest], tone="bad", kind="line"),
        ],
        unit=words("unit-times"),
    )  # fmt: skip


def by_institution(words: Words, found: Overview) -> Chart:
    """Return today's inquiries of those institutions that asked most."""
    most = [one for one in found.institutions if one.asked][:MOST_BARS]
    asking = sum(1 for one in found.institutions if one.asked)
    finding = (
        words("overview-institutions-finding", asking=words.number(asking), name=most[0].name,
              most=words.number(most[0].asked))
        if most else words("overview-hours-none")
    )  # fmt: skip
    return Chart(
        "institutions", "across", finding, [one.name for one in most],
        [Series(words("overview-asked"), [one.asked for one in most])], unit=words("unit-times"),
    )  # fmt: skip


def by_category(words: Words, found: Overview) -> Chart:
    """Return how many records came in within the last days, by kind of data, the most first."""
    records = Counter[str]()
    for feed in found.feeds:
        records[feed.category] += feed.records
    most = [(code, count) for code, count in records.most_common(MOST_BARS) if count]
    titles = [str(getattr(get_catalogue().categories[code], words.language)) for code, _ in most]
    finding = (
        words("overview-records-finding", records=words.number(records.total()), category=titles[0])
        if most else words("overview-records-none")
    )  # fmt: skip
    return Chart(
        "records", "across", finding, titles, [Series(words("overview-records"), [count for _, count in most])],
        unit=words("unit-records"),
    )  # fmt: skip


def by_band(words: Words, found: Overview) -> Chart:
    """Return how the newest scores lie; what few enterprises have is not told."""
    names = {band.id: getattr(band.name, words.language) for band in load_card().bands}
    shown = {code: count for code, count in found.bands.items() if count}
    hidden = any(count is None for count in found.bands.values())
    if shown:
        code = max(shown, key=lambda one: shown[one])
        finding = words("overview-bands-finding", band=names[code], most=words.number(shown[code]))
    else:
        finding = words("overview-bands-none")
    return Chart(
        "bands", "across", finding + (words("overview-bands-hidden") if hidden else ""), [*names.values()],
        [Series(words("overview-enterprises"), [found.bands[code] for code in names], tone="2")],
        unit=words("unit-enterprises"),
    )  # fmt: skip


def by_reason(words: Words, found: Overview) -> Chart:
    """Return today's denials by their reason, the commonest."""
    most = [*found.denials.items()][:MOST_BARS]
    titles = [reason_title(words, reason) for reason, _ in most]
    denied = sum(found.denied)
    finding = (
        words("overview-denials-finding", denied=words.number(denied), reason=titles[0], most=words.number(most[0][1]))
        if most else words("overview-denials-none")
    )  # fmt: skip
    return Chart(
        "denials", "across", finding, titles,
        [Series(words("overview-denied"), [count for _, count in most], tone="bad")], unit=words("unit-times"),
    )  # fmt: skip


def platform_names(words: Words, found: Overview) -> dict[str, str]:
    """Return what each platform is called, by its id: what it is for, with its id where there are several of a kind."""
    kinds = Counter(one.role for one in found.platforms)
    return {
        one.platform: words(f"platform-{one.role}") + (f" {one.platform}" if kinds[one.role] > 1 else "")
        for one in found.platforms
    }


def reason_title(words: Words, reason: str) -> str:
    """Return what a reason of denial means, without the stop at its end."""
    return clause(words, reason) or reason
