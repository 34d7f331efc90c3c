"""A drafted mapping as the interface and scripts show it."""

from typing import Any

from connectors.drafting.draft import Draft
from connectors.drafting.draft_text import write_snippet


def draft_document(draft: Draft) -> dict[str, Any]:
    """Return a drafted mapping with what is sure, what is to be decided and what is left over."""
    return {
        "dataset": draft.dataset.dataset,
        "agency": draft.dataset.agency,
        "candidates": [{"dataset": name, "score": score} for name, score in draft.scores],
        "titles": draft.titles,
        "fields": {
            name: {"column": heading, "confidence": pair.score, "why": pair.why}
            for name, (heading, pair) in draft.pairs.items()
        },
        "to_decide": [
            {"about": doubt.about, "column": doubt.column, "text": doubt.text, "line": doubt.line}
            for doubt in draft.doubts
        ],
        "left_columns": list(draft.left_columns),
        "left_columns_look": draft.left_columns,
        "left_fields": draft.left_fields,
        "lacking": draft.lacking,
        "snippet": write_snippet(draft),
    }
