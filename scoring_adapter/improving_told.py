"""What would raise a score as answers tell it: each step with its tags, and in a sentence in both languages. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from scoring_adapter.improving import Change, Improvements, Step
from scoring_adapter.scorecard import Scorecard
from scoring_adapter.shown import NO_LEVELS, Levels, member, named, short_name
from scoring_adapter.tags.declaration import Words


def told_improvements(card: Scorecard, improvements: Improvements, levels: Levels = NO_LEVELS) -> dict[str, Any]:
    """Return the steps as an answer has them."""
    return {"steps": [_step(card, step, levels) for step in improvements.steps], "together": improvements.together}


def _step(card: Scorecard, step: Step, levels: Levels) -> dict[str, Any]:
    by = step.by.isoformat() if step.by else None
    return {
        "how": step.how, "points": step.gain, "score": step.score, "by": by,
        "changes": [
            {"tag": one.counted.tag.id, "from": _value(card, one, one.before), "to": _value(card, one, one.after)}
            for one in step.changes
        ],
        "zh": _in_chinese(card, step, levels), "en": _in_english(card, step, levels),
    }  # fmt: skip


def _value(card: Scorecard, change: Change, value: int | None) -> int | str | None:
    return member(change.counted.tag, value, card.tags)


def _in_chinese(card: Scorecard, step: Step, levels: Levels) -> str:
    told = [f"{name.zh}由{before.zh}变为{after.zh}" for name, before, after in _changed(card, step, levels)]
    if step.by:
        return f"没有新的，最迟 {step.by.isoformat()}：{'，'.join(told)}"
    return f"{'；'.join(_deeds(step.changes, 'zh'))}（{'，'.join(told)}）"


def _in_english(card: Scorecard, step: Step, levels: Levels) -> str:
    told = [f"{name.en}: {before.en} → {after.en}" for name, before, after in _changed(card, step, levels)]
    if step.by:
        return f"With nothing new, by {step.by.isoformat()} at the latest: {'; '.join(told)}"
    deeds = "; ".join(_deeds(step.changes, "en"))
    return f"{deeds[0].upper()}{deeds[1:]} ({'; '.join(told)})"


def _deeds(changes: Sequence[Change], language: str) -> list[str]:
    """Return what is to be done, each once."""
    return list(dict.fromkeys(str(getattr(one.deed, language)) for one in changes if one.deed))


def _changed(card: Scorecard, step: Step, levels: Levels) -> Iterator[tuple[Words, Words, Words]]:
    """Yield of each change what the tag is called, and its value before and after, as people read them."""
    for one in step.changes:
        tag = one.counted.tag
        before, after = (named(tag, value, card.tags, levels) for value in (one.before, one.after))
        yield Words(short_name(tag), tag.name.en), before, after
