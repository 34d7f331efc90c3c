"""Duty bases for tests."""

from datetime import datetime, timedelta

from gateway.inquiries.bases.basis import Duty

LAW, ARTICLE = "某省公共信用信息条例", "第十八条"


def duty_of(code: str, institution: str, now: datetime, **changed) -> Duty:
    """Return a duty that is in force: scores and health checks for a subsidy, of everything that is not restricted."""
    begins, ends = now - timedelta(days=1), now + timedelta(days=300)
    said = {
        "law": LAW, "article": ARTICLE, "purposes": ("subsidy",), "products": ("score", "health_check"),
        "valid_from": begins, "valid_until": ends, **changed,
    }  # fmt: skip
    return Duty(code, institution, **said)
