"""Which terms no consent may have, whatever a template says. Pure."""

import re
from datetime import datetime

from consent.durations import after, months_after, read_duration
from consent.errors import TermsError
from consent.parts import ACCESS_MODES, ALIGNMENTS, EVIDENCE_KINDS, FETCH_TYPES, LEGAL_BASES, TIERS, UNITS
from consent.terms import PRODUCTS, PURPOSES, Terms

LONGEST_YEARS = 3
MOST_USES = 100_000
MOST_APPROVALS = 5
MOST_LIMITS = 4
WATCHED, WATCHED_FOR = frozenset({"risk_watch"}), "post_loan"  # warnings, and what alone they are for
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def check_terms(terms: Terms, now: datetime) -> None:
    """Refuse terms no consent may have. Raises TermsError that names the member."""
    _check_what(terms)
    _check_when(terms, now)
    _check_how_often(terms)
    _check_keeping(terms)
    _check_parties(terms)


def latest_end(valid_from: datetime) -> datetime:
    """Return the last moment at which a consent that begins then may end."""
    return months_after(valid_from, 12 * LONGEST_YEARS)


def _check_what(terms: Terms) -> None:
    if not terms.products or (unknown := set(terms.products) - set(PRODUCTS)):
        raise TermsError(
            f"products: 至少选一种，只限 one or more of {', '.join(PRODUCTS)}"
            + (f", not {unknown}" if terms.products else "")
        )
    if terms.purpose not in PURPOSES:
        raise TermsError(f"purpose: 须为其中之一 one of {', '.join(PURPOSES)}")
    for detail in terms.granted():
        _one_of("tier", detail.tier, TIERS)
        if not detail.products or not set(detail.products) <= set(PRODUCTS):
            raise TermsError(f"authorization_details: actions: {', '.join(PRODUCTS)}")
    if terms.details and {name for one in terms.details for name in one.products} != set(terms.products):
        raise TermsError("authorization_details: 与 products 不符 not the products that are named")
    if terms.data_from and terms.data_to and terms.data_from > terms.data_to:
        raise TermsError("data_to: 不得早于 data_from not before data_from")
    _one_of("legal_basis", terms.legal_basis, LEGAL_BASES)
    if WATCHED & set(terms.products) and terms.purpose != WATCHED_FOR:
        raise TermsError(f"purpose: 风险预警只用于贷后管理 risk_watch is for {WATCHED_FOR} alone")


def _check_when(terms: Terms, now: datetime) -> None:
    if terms.valid_until <= max(terms.valid_from, now):
        raise TermsError("valid_until: 须晚于 valid_from 和当前时间 must be later than valid_from and than now")
    if terms.valid_until > latest_end(terms.valid_from):
        raise TermsError("valid_until: 不得超过 valid_from 后三年 at most three years after valid_from")


def _check_how_often(terms: Terms) -> None:
    _one_of("fetch_type", terms.fetch_type, FETCH_TYPES)
    if terms.max_uses is not None and not 1 <= terms.max_uses <= MOST_USES:
        raise TermsError(f"max_uses: 1 至 {MOST_USES}，或不填 1 to {MOST_USES}, or absent")
    if terms.fetch_type == "ONETIME" and terms.max_uses != 1:
        raise TermsError("max_uses: ONETIME 只可用一次 ONETIME is good once: 1, or absent")
    if len(terms.limits) > MOST_LIMITS:
        raise TermsError(f"limits: 最多 at most {MOST_LIMITS}")
    for limit in terms.limits:
        _one_of("limits", limit.unit, UNITS)
        _one_of("limits", limit.alignment, ALIGNMENTS)
        if not 1 <= limit.count <= MOST_USES:
            raise TermsError(f"limits: 次数 1 至 {MOST_USES} count is 1 to {MOST_USES}")


def _check_keeping(terms: Terms) -> None:
    _one_of("access_mode", terms.access_mode, ACCESS_MODES)
    for name, said in (("data_life", terms.data_life), *(("obligations", one.within) for one in terms.obligations)):
        try:
            kept = after(terms.valid_from, said) > terms.valid_from if said and read_duration(said) else False
        except ValueError as fault:
            raise TermsError(f"{name}: {fault}") from fault
        if name == "data_life" and kept and terms.access_mode != "STORE":
            raise TermsError("data_life: 只看不存时须为 P0D is P0D where access_mode is VIEW")


def _check_parties(terms: Terms) -> None:
    if not 1 <= terms.required_approvals <= MOST_APPROVALS:
        raise TermsError(f"required_approvals: 须 1 至 {MOST_APPROVALS} 人 takes 1 to {MOST_APPROVALS}")
    if len({item.person for item in terms.persons}) < len(terms.persons):
        raise TermsError("pi_items: 每人一项 one for each person")
    if any(not _SHA256.fullmatch(item.person) for item in terms.persons):
        raise TermsError("pi_items: person: SHA-256，小写十六进制 in lower-case hex")
    for item in terms.evidence:
        _one_of("evidence", item.kind, EVIDENCE_KINDS)
        if not _SHA256.fullmatch(item.sha256) or item.size < 1:
            raise TermsError("evidence: 写文件的摘要与字节数 name a file's sha256 in hex and its size")


def _one_of(member: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise TermsError(f"{member}: 须为其中之一 one of {', '.join(known)}")
