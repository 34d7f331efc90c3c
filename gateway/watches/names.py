"""What is put in force: rules, or a model. Apart, so that `--help` reads no more than this."""

from typing import Literal, get_args

Kind = Literal["rules", "model"]
RELEASED: tuple[Kind, ...] = get_args(Kind)
