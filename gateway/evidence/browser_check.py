"""What the pages hand to the check that runs in the browser: its words, and the module with its digest."""

import hashlib
from functools import cache
from typing import Any

import orjson

from gateway.console.assets import assets
from gateway.console.words import Words

# Steps of the module and the reasons for which one fails, as verify.js names them; tests compare.
STEPS = (
    "after", "asked", "before", "checkpoint", "consents", "contents", "entries", "format", "growth", "key", "leaf",
    "path", "payload", "questions", "signature", "statement", "witnesses",
)  # fmt: skip
FAULTS = (
    "changed", "differs", "id", "index", "left-out", "long", "malformed", "not-by-key", "not-canonical", "not-evidence",
    "not-named", "order", "other-entry", "other-log", "other-root", "short", "smaller", "wrong",
)  # fmt: skip
RESULTS = ("absent", "fails", "holds", "unchecked")
# What is said of a step that holds, where more than its name can be said.
TOLD = ("after", "before", "entries", "growth", "leaf", "path", "questions", "signature", "witnesses")
SAID = (
    "all-hold", "forget", "insecure", "no-ed25519", "no-file", "no-key", "not-fetched", "partly", "refused",
    "running", "took",
)  # fmt: skip


@cache
def _words_as_json(words: Words) -> str:
    families = {"step": STEPS, "why": FAULTS, "result": RESULTS, "told": TOLD, "say": SAID}
    told = {f"{name}-{one}": words(f"check-{name}-{one}") for name, values in families.items() for one in values}
    return orjson.dumps(told).decode().replace("<", "\\u003c")


@cache
def _digest() -> str:
    return hashlib.sha256(assets()["verify.js"].bodies["identity"]).hexdigest()


def check_context(words: Words) -> dict[str, Any]:
    """Return what a template needs to offer the check."""
    return {"check_words": _words_as_json(words), "check_digest": _digest()}
