"""Scorecards on pages: which is in force and was, each with its report; administrators put another in force there."""

from gateway.admin.act_forms import ActForm, FieldSpec
from gateway.admin.release_pages import IN_A_FORM, REASON, Released, file_typed, release_router
from gateway.cards.checks import LONGEST_CARD, LONGEST_REPORT
from gateway.cards.listing import figures_of, list_cards, show_card

MOST_BYTES = IN_A_FORM * (LONGEST_CARD + LONGEST_REPORT)
_FOLLOWS = ("card-follows-moment", "card-follows-answers", "op-follows-two")
RELEASE = ActForm(
    "card-release", "card-release-verb", _FOLLOWS,
    (
        FieldSpec("card", "card-source", "card-wrong-source", "card-hint-source", rows=12),
        FieldSpec("report", "card-report", "card-wrong-report", "card-hint-report", rows=8),
        REASON,
    ),
    lambda _, typed: {
        "action": "card.release", "card": file_typed(typed, "card"), "report": file_typed(typed, "report").strip(),
        "reason": typed["reason"].strip(),
    },
)  # fmt: skip
RETURN = ActForm(
    "card-return", "card-return-verb", _FOLLOWS, (REASON,),
    lambda number, typed: {"action": "card.return", "number": int(number), "reason": typed["reason"].strip()},
)  # fmt: skip
router = release_router(Released(
    "card", "cards", "go-cards", "cards-lead", "card-release-number", "card-shipped", RELEASE, RETURN, MOST_BYTES,
    list_cards, show_card,
    lambda card: {"figures": figures_of(card["report"]), "bands": (card["report"] or {}).get("bands", [])},
))  # fmt: skip
