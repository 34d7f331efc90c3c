"""How limits and counters are named to people. Pure."""

from gateway.console.words import Words
from gateway.quota.books import OVERDRAFT, Key


def limit_text(words: Words, key: Key) -> str:
    """Return whose limit it is, of which period, and for what."""
    name = words("quota-limit-of", whose=words(f"quota-whose-{key.scope}"), each=words(f"quota-each-{key.period}"))
    if key.unit == "inquiry":
        name = words("quota-limit-inquiries", limit=name)
    return words("quota-limit-for", limit=name, product=words(f"product-{key.product}")) if key.product != "*" else name


def threshold_text(words: Words, threshold: int) -> str:
    """Return what was reached of a limit."""
    return words("quota-overdrawn") if threshold == OVERDRAFT else words("quota-reached", share=f"{threshold}%")
