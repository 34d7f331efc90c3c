"""Who is one person: an individually owned business (个体工商户), whose name and address are a person's. Pure.

A code decides where there is one: class 92 of the unified code (GB 32100-2015), a registration number whose sequence
begins with 6 or more (GS15-2006). A party known by name alone is taken for one unless its name says that it is an
organisation: sealing a company's name costs nothing, leaving a person's open cannot be undone.
"""

import re
from functools import lru_cache

from connectors.conversion.identifiers import Kind

_ORGANISATION = re.compile(
    r"公司|合伙|合作社|集团|协会|学会|商会|基金会|委员会|联合会|促进会|研究[院所]|事务所|大学|学院|学校|小学|中学|幼儿园|医院|卫生院|"
    r"银行|信用社|法院|检察院|人民政府|[局厅署]$|管理处$|中心$|[村居]委会|工会|交易所|出版社|LIMITED|LTD|INC\b|CORP"
)


def is_sole_trader(kind: str, value: str, name: str) -> bool:
    """Tell whether a party is one person, or may be."""
    if kind == Kind.USCC:
        return value.startswith("92")
    if kind == Kind.REGISTRATION:
        return value[6] >= "6"
    if value:
        return False  # an organisation code, or a tax number with one inside
    return not is_organisation_name(name)


@lru_cache(maxsize=1 << 14)
def is_organisation_name(name: str) -> bool:
    """Tell whether a name can only be an organisation's."""
    return bool(_ORGANISATION.search(name.upper()))
