"""Renewing a consent: a new one in place of another, for other dates alone. Pure."""

from dataclasses import fields

from consent.errors import TermsError
from consent.terms import Terms

# What is a new consent's own; who is shown anew what it is for reads the text of now.
_OWN = frozenset({
    "consent_id", "request_id", "supersedes", "valid_from", "valid_until", "purpose_text", "notice", "template",
    "template_version", "schema", "evidence",
})  # fmt: skip


def check_renewal(old: Terms, new: Terms) -> None:
    """Refuse what is more than a renewal. Raises TermsError that names the member; such a thing is asked for anew."""
    for one in fields(Terms):
        if one.name not in _OWN and getattr(old, one.name) != getattr(new, one.name):
            raise TermsError(f"{one.name}: 续期只能改期限 a renewal changes dates alone: request another consent")
    if new.supersedes != old.consent_id:
        raise TermsError("supersedes: 须为所续的授权 must be the consent that is renewed")
