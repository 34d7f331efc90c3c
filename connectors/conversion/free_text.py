"""What must not stand in free text: citizen numbers, mobile numbers, e-mail addresses, bank cards. Pure.

A number that is part of a document's (after 〔2024〕 or 第, before 号) or of a longer code is left alone, unless a word
like 电话 stands before it. A bank card is one only where a word like 卡号 says so: of numbers
of machines, as long as a card's, one in ten passes its check.
"""

import re

from connectors.conversion.cells import narrow, without_citizens

HIDDEN_PHONE, HIDDEN_EMAIL, HIDDEN_CARD = "〔电话已隐去〕", "〔邮箱已隐去〕", "〔卡号已隐去〕"
_WORTH_A_LOOK = re.compile(r"\d{11}|1[3-9]\d[\s-]\d{4}|[@＠]|\d{6} \d{8}|\d{4}[\s-]\d{4}[\s-]\d{4}")
_NO_CODE_BEFORE, _NO_CODE_AFTER = r"(?<![0-9A-Za-z.])", r"(?![0-9A-Za-z]|\.\d)"
_MOBILE = re.compile(rf"{_NO_CODE_BEFORE}(?:\+?86[\s-]?)?(1[3-9]\d[\s-]?\d{{4}}[\s-]?\d{{4}}){_NO_CODE_AFTER}")
_MOBILE_WITH_COUNTRY = re.compile(rf"{_NO_CODE_BEFORE}0086[\s-]?1[3-9]\d{{9}}{_NO_CODE_AFTER}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}[@＠][A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_CARD = re.compile(
    rf"{_NO_CODE_BEFORE}((?:62|[345]\d)\d{{2}}(?:[\s-]?\d{{4}}){{3}}(?:[\s-]?\d{{1,3}})?){_NO_CODE_AFTER}"
)
_TOLD = re.compile(r"(?:电话|手机|联系方式|联系人|微信|tel|mobile|phone|卡号|账号|帐号)[^0-9]{0,8}$", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"(?:卡|卡号|账号|帐号|账户|帐户|户名|开户行?|收款|汇入|银行|card|account)[^0-9〕]{0,8}$", re.IGNORECASE
)
_DOCUMENT_BEFORE = re.compile(r"(?:[〔【\[（(〈《]\d{4}[〕】\]）)〉》]|第)\s*$")
_DOCUMENT_AFTER = re.compile(r"\s*[-_—]?\s*号")


def without_contacts(text: str) -> str:
    """Return text with citizen numbers, mobile numbers, e-mail addresses and bank cards masked."""
    plain = narrow(text)
    if not _WORTH_A_LOOK.search(plain):
        return text
    masked = _masked(plain)
    return text if masked == plain else masked


def _masked(text: str) -> str:
    text = without_citizens(text)
    text = _EMAIL.sub(HIDDEN_EMAIL, text)
    text = _MOBILE_WITH_COUNTRY.sub(HIDDEN_PHONE, text)
    text = _MOBILE.sub(lambda found: found[0] if _is_document(found) else HIDDEN_PHONE, text)
    return _CARD.sub(lambda found: HIDDEN_CARD if _is_card(found) else found[0], text)


def _is_document(found: re.Match[str]) -> bool:
    before, after = found.string[: found.start()], found.string[found.end() :]
    if _TOLD.search(before[-20:]):
        return False
    return bool(_DOCUMENT_BEFORE.search(before[-8:]) or _DOCUMENT_AFTER.match(after))


def _is_card(found: re.Match[str]) -> bool:
    """Tell whether 16 to 19 digits are said to be a card's and pass the check of ISO/IEC 7812-1 annex B (Luhn)."""
    if not _ACCOUNT.search(found.string[max(0, found.start() - 20) : found.start()]):
        return False
    plain = [int(d) for d in found[1] if d.isdecimal()]
    total = sum(d if at % 2 == 0 else d * 2 - 9 * (d > 4) for at, d in enumerate(reversed(plain)))
    return len(plain) in range(16, 20) and total % 10 == 0
