"""What can be asked for: each product with its name, and what it costs until a cost is set (costs.py)."""

from collections.abc import Mapping
from dataclasses import dataclass

from consent.terms import PRODUCTS as NAMES


@dataclass(frozen=True)
class Product:
    """A product's cost in whole units as long as none is set, and its name in Chinese and in English; `public` tells
    that it is published records alone, which need nobody's consent; `listing` that it is records or levels of risk, and
    nothing is scored for it; `consented` that no duty opens it; `alone` that it would hold others up.
    """

    first_units: int
    title_zh: str
    title_en: str
    public: bool = False
    listing: bool = False
    alone: bool = False
    consented: bool = False


RECORDS = "records"
RISK_WATCH = "risk_watch"
PRODUCTS: Mapping[str, Product] = {
    "score": Product(1, NAMES["score"], "credit score"),
    "health_check": Product(3, NAMES["health_check"], "credit health check"),
    "portrait": Product(5, NAMES["portrait"], "credit portrait", alone=True),
    "public_record": Product(1, "公示信息", "published records", public=True, listing=True),
    RECORDS: Product(3, NAMES[RECORDS], "credit records", listing=True),
    RISK_WATCH: Product(2, NAMES[RISK_WATCH], "risk warnings", listing=True, consented=True),
}
FIRST_COSTS: Mapping[str, int] = {code: one.first_units for code, one in PRODUCTS.items()}
