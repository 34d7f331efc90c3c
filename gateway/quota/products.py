"""What can be asked for: each product with its cost in units and its name."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """A product's cost in whole units, and its name in Chinese and in English."""

    units: int
    title_zh: str
    title_en: str


PRODUCTS: Mapping[str, Product] = {
    "score": Product(1, "信用评分", "credit score"),
    "health_check": Product(3, "信用体检", "credit health check"),
}
