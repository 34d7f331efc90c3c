"""The terms of a consent in plain words, for whoever is asked to sign them: Chinese, and English beside it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.model.calendar import SHANGHAI
from consent.decision import Consent
from consent.terms import PRODUCTS, PURPOSES
from gateway.consents.artefact_words import more_lines

PRODUCTS_EN: Mapping[str, str] = {
    "score": "credit score", "health_check": "credit health check", "portrait": "credit portrait",
    "records": "credit records", "risk_watch": "risk warnings",
}  # fmt: skip
# Products that rest on no consent: enterprises are told of questions for them too.
PUBLIC: Mapping[str, Mapping[str, str]] = {"public_record": {"zh": "公示信息", "en": "published records"}}
PURPOSES_EN: Mapping[str, str] = {
    "pre_loan": "to decide on a loan",
    "post_loan": "to watch over a loan that was granted",
    "guarantee_review": "to decide on a guarantee",
    "renewal": "to decide on renewing a loan",
    "subsidy": "to decide on a subsidy",
}
STATUSES: Mapping[str, tuple[str, str]] = {
    "requested": ("待答复，72 小时内不答复即失效", "waiting for an answer; lapses after 72 hours without one"),
    "active": ("生效", "in force"),
    "rejected": ("已拒绝", "rejected"),
    "lapsed": ("无人答复，已失效", "lapsed without an answer"),
    "paused": ("已暂停", "paused"),
    "revoked": ("已撤销", "revoked"),
    "expired": ("已到期", "over"),
    "exhausted": ("次数已用完", "all its uses are spent"),
    "superseded": ("已由续期的授权代替", "followed by the consent that renewed it"),
    "invalidated": ("已被平台作废", "invalidated by the platform"),
}
STATUS_WORDS: Mapping[str, str] = {code: zh.partition("，")[0] for code, (zh, _) in STATUSES.items()}  # for a table


def product_in(language: str, code: str) -> str:
    """Return a product's name in "zh" or "en"; what is none, as it was asked for."""
    known = (PRODUCTS if language == "zh" else PRODUCTS_EN).get(code)
    return known or PUBLIC.get(code, {}).get(language, code)


def products_in(language: str, codes: Sequence[str]) -> str:
    """Return the names of products one after the other."""
    return ("、" if language == "zh" else ", ").join(product_in(language, code) for code in codes)


def purpose_in(language: str, code: str) -> str:
    """Return a purpose in words; what is none, as it was asked for."""
    return (PURPOSES if language == "zh" else PURPOSES_EN).get(code, code)


def in_words(consent: Consent, institution: str) -> dict[str, list[str]]:
    """Return what a consent permits and how it stands, a line for each thing: under `zh` and under `en`.

    `institution` is the name of who asks. Times are China's.
    """
    terms = consent.terms
    status = STATUSES[consent.status]
    accounts, most = "、".join(terms.accounts), terms.max_uses
    begins, ends = _time(terms.valid_from), _time(terms.valid_until)
    zh = [
        f"谁来查询：{institution}（{terms.institution}），" + (f"账户 {accounts}" if accounts else "全部账户"),
        f"查询谁：本企业（{terms.uscc}）",
        "可得到：" + "、".join(PRODUCTS[name] for name in terms.products),
        f"用途：{terms.purpose_words()}，不得用于其他",
        f"期限：{begins} 起，{ends} 止（北京时间）",
        f"次数：最多 {most} 次" if most else "次数：不限",
        *(f"{label}：{said}" for label, said in more_lines(terms, "zh")),
        f"状态：{status[0]}",
    ]
    en = [
        f"Who asks: {institution} ({terms.institution}), "
        + (f"by {', '.join(terms.accounts)}" if accounts else "by any of its accounts"),
        f"About whom: this enterprise ({terms.uscc})",
        "What it gets: " + ", ".join(PRODUCTS_EN[name] for name in terms.products),
        f"What for: {PURPOSES_EN[terms.purpose]}, and nothing else",
        f"How long: from {begins} until {ends} (Beijing time)",
        f"How often: at most {most} times" if most else "How often: any number of times",
        *(f"{label}: {said}" for label, said in more_lines(terms, "en")),
        f"How it stands: {status[1]}",
    ]
    if consent.reason:
        zh.append(f"理由：{consent.reason}")
        en.append(f"Reason: {consent.reason}")
    return {"zh": zh, "en": en}


def _time(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
