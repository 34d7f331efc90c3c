"""The forms by which operators ask for another scorecard, or for an earlier one again."""

from gateway.admin.act_forms import ActForm, FieldSpec

_REASON = FieldSpec("reason", "op-why", "op-wrong-reason", "op-hint-reason")
_FOLLOWS = ("card-follows-moment", "card-follows-answers", "op-follows-two")
RELEASE = ActForm(
    "card-release", "card-release-verb", _FOLLOWS,
    (
        FieldSpec("card", "card-source", "card-wrong-source", "card-hint-source", rows=12),
        FieldSpec("report", "card-report", "card-wrong-report", "card-hint-report", rows=8),
        _REASON,
    ),
    lambda _, typed: {
        # A browser sends the ends of lines as CR LF: what is kept is the card as its file has it.
        "action": "card.release", "card": typed["card"].replace("\r\n", "\n"),
        "report": typed["report"].replace("\r\n", "\n").strip(), "reason": typed["reason"].strip(),
    },
)  # fmt: skip
RETURN = ActForm(
    "card-return", "card-return-verb", _FOLLOWS, (_REASON,),
    lambda number, typed: {"action": "card.return", "number": int(number), "reason": typed["reason"].strip()},
)  # fmt: skip
