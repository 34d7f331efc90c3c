"""What series of a platform, and kinds of what is found of them, are called. Pure."""

from typing import Literal, get_args

SeriesName = Literal["traffic", "pages", "complaints", "opinion"]
SERIES: tuple[SeriesName, ...] = get_args(SeriesName)
FindingKind = Literal["spike", "fall", "unreported"]  # 突增, 跌落, 断供
KINDS: tuple[FindingKind, ...] = get_args(FindingKind)
