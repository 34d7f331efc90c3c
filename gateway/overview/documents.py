"""What waits and how the whole stands, as the interface shows it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from gateway.overview.figures import Overview
from gateway.overview.waiting import Waiting, count_of


def waiting_document(found: Sequence[Waiting]) -> dict[str, Any]:
    """Return what waits: how many things, whether there are more than were counted, and each."""
    count, more = count_of(found)
    return {
        "count": count, "more": more,
        "waiting": [
            {
                "kind": one.kind, "page": one.page, "more": one.more,
                "items": [{**asdict(item), "page": path} for item, path in zip(one.items, one.paths, strict=True)],
            }
            for one in found
        ],
    }  # fmt: skip


def overview_document(found: Overview) -> dict[str, Any]:
    """Return the figures of one moment, each with what it counts."""
    return {
        "at": found.at,
        "subjects": {"known": found.subjects, "new_today": found.new_subjects},
        "feeds": {
            "as_promised": len(found.alive), "late": len(found.late),
            "never_came": sum(feed.late_days is None for feed in found.feeds),
            "each": [asdict(feed) for feed in found.feeds if feed.late_days is not None],
        },
        "inquiries_today": {
            "asked": sum(found.asked), "denied": sum(found.denied), "asked_by_hour": list(found.asked),
            "denied_by_hour": list(found.denied), "denials_by_reason": dict(found.denials),
            "by_institution": [asdict(one) for one in found.institutions if one.asked],
        },
        "enterprises_by_band": dict(found.bands),
        "platforms": [asdict(one) for one in found.platforms],
    }  # fmt: skip
