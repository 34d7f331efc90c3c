"""What levels and types of risk are called, whichever the version of the watch. Pure."""

from typing import Literal, get_args

Level = Literal["notice", "warning", "restriction"]  # 关注, 警示, 限制
LEVELS: tuple[Level, ...] = get_args(Level)
Kind = Literal["mass-involving", "private-lending", "distress"]
KINDS: tuple[Kind, ...] = get_args(Kind)
