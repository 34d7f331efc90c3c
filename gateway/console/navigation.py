"""What each role finds in the side navigation, and where its home is."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A page of the navigation: its address, its icon, its text's key; `also` is where pages begin that it leads to.

    A `*` stands for one part of an address, such as an id.
    """

    path: str
    icon: str
    label: str
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> int:
        """Return how many parts of a page's address are those that it or its pages begin with; 0 where none are."""
        parts = path.split("/")
        begins = [one.split("/") for one in (self.path, *self.also)]
        return max((len(one) for one in begins if _begins_with(parts, one)), default=0)


def _begins_with(parts: list[str], begin: list[str]) -> bool:
    return len(parts) >= len(begin) and all(one in {"*", part} for one, part in zip(begin, parts, strict=False))


@dataclass(frozen=True)
class Group:
    """Entries under a heading, which is a text's key; the first group has none."""

    label: str
    entries: tuple[Entry, ...]


def _entry(path: str, icon: str, label: str = "") -> Entry:
    return Entry(f"/console/{path}", icon, label or f"go-{path.replace('/', '-')}")


_WAITING = _entry("waiting", "inbox")
_CATALOGUE = _entry("catalogue", "table")
_QUALITY = _entry("quality", "chart-bar")
_ABNORMAL = _entry("abnormal-use", "alert-triangle")
_OBJECTIONS = _entry("objections", "message-report")
_MATCHES = _entry("matches", "user-search")
_COSTS = _entry("costs", "coins")
_PROVIDERS = _entry("providers", "server")
_CARDS = _entry("cards", "list-details")
_WATCHES = _entry("watches", "shield-check")
_CHANGES = _entry("changes", "git-pull-request")
_TAGS = _entry("tags", "tag")
_TEMPLATES = Entry("/console/consents/-/templates", "file-description", "go-consent-templates")
_SCANS = _entry("scans", "refresh")
_RISKS = Entry(
    "/console/risks", "chart-radar", "go-risks", also=("/console/risk-open", "/console/subjects/*/risks")
)  # fmt: skip
_FUNNEL = _entry("risk-funnel", "filter")
_LEAD = _entry("risk-lead", "timeline")
_TRIALS = _entry("risk-trials", "adjustments-horizontal")
_ANALYSIS = Group("group-risk-analysis", (_FUNNEL, _LEAD, _TRIALS, _entry("risk-wall", "device-desktop")))
_CASES = _entry("cases", "gavel")
_SITES = _entry("sites", "world")
_CROSSCHECKS = _entry("crosschecks", "arrows-exchange")
_WATCHING = Group("group-risks", (_RISKS, _CASES, _SITES, _CROSSCHECKS))
_MOVERS = Entry("/console/movers", "trending-up", "go-movers", also=("/console/subjects",))
NAVIGATION: Mapping[str, tuple[Group, ...]] = {
    "operator": (
        Group("", (_entry("operations", "home"), _WAITING)),
        Group("group-institutions", (
            _entry("institutions", "building-bank"), _entry("people", "users"), _entry("signatories", "signature"),
            _COSTS, _entry("rates", "adjustments"), _ABNORMAL,
            _entry("paper", "file-certificate"), _TEMPLATES,
        )),
        Group("group-platform", (
            _entry("agencies", "building"), _PROVIDERS, _CARDS, _WATCHES, _OBJECTIONS, _MATCHES, _entry("keys", "key"),
            _CHANGES, _SCANS, _CATALOGUE, _TAGS,
        )),
    ),
    "system": (
        Group("", (_entry("operations", "home"), _WAITING)),
        Group("group-data", (
            _entry("sources", "plug-connected"), _entry("uploads", "upload"), _entry("held", "database-import"),
            _QUALITY, _CATALOGUE, _TAGS,
        )),
        Group("group-platform", (_entry("platforms", "truck-delivery"), _entry("deliveries", "send"), _SCANS)),
    ),
    "clerk": (
        Group("", (
            _entry("feeds", "home"), _entry("uploads", "upload"), _entry("held", "database-import"),
            _entry("corrections", "edit"), _OBJECTIONS, _WAITING,
        )),
        Group("group-quality", (_QUALITY, _MATCHES, _CATALOGUE, _TAGS, _entry("templates", "file-spreadsheet"))),
    ),
    "auditor": (
        Group("", (_entry("audit", "home"), _WAITING)),
        Group("group-audit", (
            _entry("audit/questions", "search"), _entry("audit/entries", "list"),
            _entry("audit/checkpoints", "shield-check"), _entry("audit/statistics", "chart-bar"),
            _COSTS, _ABNORMAL, _MATCHES,
        )),
        Group("group-platform", (
            _CHANGES, _PROVIDERS, _CARDS, _WATCHES, _OBJECTIONS, _entry("signatories", "signature"), _QUALITY, _MOVERS,
            _CATALOGUE, _TAGS,
        )),
        _WATCHING,
        _ANALYSIS,
    ),
    "staff": (
        Group("", (
            _entry("desk", "home"), _entry("ask", "search"), _entry("ask-many", "file-spreadsheet"),
            _entry("inquiries", "history"), _WAITING,
        )),
        Group("group-after", (
            _entry("warnings", "bell"), _entry("warning-subscriptions", "eye-check"),
            _entry("joint-scans", "list-search"),
        )),
        Group("group-consents", (
            _entry("consents", "file-check"), _entry("quota", "gauge"), _COSTS,
            _entry("usage-results", "message-report"), _entry("outputs", "eye"), _entry("duty-bases", "gavel"),
            _entry("data-views", "table"), _entry("credentials", "share"),
            _entry("webhooks", "plug-connected"), _ABNORMAL,
        )),
        Group("group-help", (_CATALOGUE, _TAGS, Entry("/docs", "book", "go-docs"))),
    ),
    "regulator": (
        Group("", (_entry("overview", "home"), _entry("wall", "device-desktop"), _WAITING)),
        _WATCHING,
        _ANALYSIS,
        Group("group-quality", (_QUALITY, _MOVERS, _CATALOGUE, _TAGS)),
    ),
    "office": (
        Group("", (_CASES, _WAITING)),
        Group("group-help", (_CATALOGUE, _TAGS)),
    ),
    "owner": (
        Group("", (
            _entry("enterprise", "home"), _entry("enterprise/questions", "eye"),
            _entry("enterprise/consents", "file-check"), _entry("enterprise/statements", "file-text"),
            _entry("enterprise/credentials", "share"),
        )),
        Group("group-enterprise", (
            _entry("enterprise/records", "files"), _entry("enterprise/tags", "tag"),
            _entry("enterprise/objections", "message-report"),
            _entry("enterprise/signatories", "signature"),
        )),
    ),
}  # fmt: skip


def home_of(role: str) -> str:
    """Return the address of a role's first page."""
    return NAVIGATION[role][0].entries[0].path


def find_here(role: str, path: str) -> Entry | None:
    """Return the entry that a page belongs to: the one that holds most of the page's address; None where none does."""
    entries = [entry for group in NAVIGATION[role] for entry in group.entries if entry.holds(path)]
    return max(entries, key=lambda entry: entry.holds(path), default=None)
