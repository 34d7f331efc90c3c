"""What a measure is called: a tag by its own name, what the network gives by the watch's words for it. Pure."""

from functools import cache

from risk_monitor.load import load_watch
from scoring_adapter.tags.load import load_tags


@cache
def words_of_measure(name: str) -> dict[str, str]:
    """Return a measure's name in both languages; as it is where nobody knows it."""
    if tag := load_tags().by_id.get(name):
        return {"zh": tag.name.zh, "en": tag.name.en}
    for point in load_watch().points:
        if any(sign.measure == name for sign in point.signs):
            return {"zh": f"{point.name.zh}（{name}）", "en": f"{point.name.en} ({name})"}
    return {"zh": name, "en": name}
