"""Which of an enterprise's consents permits a question: exactly one, or the denial that says most. Pure."""

from collections.abc import Sequence
from datetime import datetime

from consent.decision import REQUIRED, Ask, Consent, Denied, Rules, decide


def choose(consents: Sequence[Consent], ask: Ask, now: datetime, rules: Rules) -> Consent | Denied:
    """Return the one of these consents, oldest first, that permits the question; else why none does.

    Of several that permit it, whoever asks has to choose: each is a consent to them, and they are named.
    """
    judged: list[tuple[Consent | None, Denied | None]]
    judged = [(consent, decide(consent, ask, now, rules)) for consent in consents] or [(None, decide(None, ask, now))]
    permitted = [consent for consent, denied in judged if denied is None and consent is not None]
    if len(permitted) > 1:
        return Denied("consent-ambiguous", {"consents": [str(one.terms.consent_id) for one in permitted]})
    return permitted[0] if permitted else _closest(judged, ask)


def find_permitting(consents: Sequence[Consent], ask: Ask, now: datetime, rules: Rules) -> list[Consent]:
    """Return all that permit the question."""
    return [consent for consent in consents if decide(consent, ask, now, rules) is None]


def _closest(judged: Sequence[tuple[Consent | None, Denied | None]], ask: Ask) -> Denied:
    """Return the denial that says most: of the newest consent for this purpose and product, else of the only one."""
    fitting = [
        denied
        for consent, denied in judged
        if denied and consent and consent.terms.purpose == ask.purpose and ask.product in consent.terms.products
    ]
    denials = fitting[-1:] or [denied for _, denied in judged if denied is not None]
    return denials[0] if len(denials) == 1 else REQUIRED
