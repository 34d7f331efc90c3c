"""Who there is in the made-up city: institutions, accounts, agencies, people. All of them are invented."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.demo.enterprises import uscc

FIRST_SIGNATORY = 3  # the enterprises before it are the demonstration's
MOST_SIGNATORIES, FEWEST_SIGNATORIES, ENTERPRISES_TO_A_SIGNATORY = 50, 12, 40
UNPLANNED = "micro-loan-2"  # an account without a quota
SCANTY, SCANTY_UNITS = "hill-bank-1", 2  # one whose quota is soon used up
UNITS_A_DAY, UNITS_A_MONTH = 200, 1000

INSTITUTIONS: Mapping[str, tuple[str, str]] = {
    "lake-bank": ("示例湖滨银行", "bank"),
    "hill-bank": ("示例山前银行", "bank"),
    "guarantee": ("示例融资担保中心", "guarantee"),
    "micro-loan": ("示例小额贷款公司", "micro_loan"),
    "service-platform": ("示例金融服务平台", "other"),
}
ACCOUNTS: Mapping[str, str] = {
    "lake-bank-1": "lake-bank",
    "lake-bank-2": "lake-bank",
    SCANTY: "hill-bank",
    "guarantee-1": "guarantee",
    "micro-loan-1": "micro-loan",
    UNPLANNED: "micro-loan",
}
FOR_PEOPLE = ("lake-bank-2", "guarantee-1", "micro-loan-1")  # through which staff ask at the console
# What is handed in, and about which share of the enterprises.
SHARES: Mapping[str, float] = {
    "ent_registration": 1.0,
    "shareholder_contrib": 0.3,
    "abnormal_operation": 0.05,
    "tax_credit_grade": 0.6,
    "tax_arrears": 0.06,
    "penalty_tax": 0.05,
    "penalty_general": 0.12,
    "honor_award": 0.08,
    "dishonest_executed": 0.03,
    "enforcement_case": 0.04,
    "social_insurance_arrears": 0.05,
    "env_credit_rating": 0.2,
    "housing_fund_arrears": 0.05,
    "power_usage": 0.3,
}


@dataclass(frozen=True)
class Somebody:
    """A person who signs in: user name, name, role, and the house of staff, clerks, offices, owners."""

    person: str
    name: str
    role: str
    institution: str | None = None
    agency: str | None = None
    office: str | None = None
    enterprise: str | None = None


PEOPLE = (
    Somebody("operator", "安全管理员 示例甲", "operator"),
    Somebody("operator-2", "安全管理员 示例乙", "operator"),
    Somebody("system", "系统管理员 示例丙", "system"),
    Somebody("auditor", "审计管理员 示例丁", "auditor"),
    Somebody("regulator", "监管人员 示例戊", "regulator"),
    Somebody("clerk-tax", "税务经办人 示例己", "clerk", agency="tax"),
    Somebody("clerk-market", "市场监管经办人 示例庚", "clerk", agency="market_regulation"),
    Somebody("office-ouhai", "瓯海处置办 示例寅", "office", office="330304"),
    Somebody("staff-lake", "湖滨银行客户经理 示例辛", "staff", institution="lake-bank"),
    Somebody("staff-guarantee", "担保中心业务员 示例壬", "staff", institution="guarantee"),
    Somebody("staff-micro", "小贷公司业务员 示例癸", "staff", institution="micro-loan"),
)
# Of two enterprises that have a signatory: the one that is answered about, and the one that is asked to permit.
OWNERS = (
    Somebody("owner-good", "企业经办人 示例子", "owner", enterprise=uscc(FIRST_SIGNATORY)),
    Somebody("owner-waiting", "企业经办人 示例丑", "owner", enterprise=uscc(FIRST_SIGNATORY + 1)),
)


def signatories(enterprises: int) -> range:
    """Return the numbers of the enterprises that have a signatory, in a city of so many."""
    many = min(max(FEWEST_SIGNATORIES, enterprises // ENTERPRISES_TO_A_SIGNATORY), MOST_SIGNATORIES)
    return range(FIRST_SIGNATORY, FIRST_SIGNATORY + many)


def signatory_of(number: int) -> str:
    """Return the client id of an enterprise's signatory."""
    return f"s-{number}"
