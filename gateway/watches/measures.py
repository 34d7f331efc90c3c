"""Which measures rules and models may read: the tags, and what the network and the watch over platforms give."""

from risk_monitor.load import load_watch
from risk_monitor.watch import NO_TAGS
from scoring_adapter.tags.load import load_tags


def known_measures() -> frozenset[str]:
    """Return their names; beside the tags, those that the shipped rules read."""
    return frozenset({*load_tags().by_id, *(name for name in load_watch().measures if name.startswith(NO_TAGS))})
