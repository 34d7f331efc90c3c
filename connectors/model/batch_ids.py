"""The id a sender gives a batch: one rule, whichever way a batch comes. Pure."""

import re

BATCH_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$"
RULE = (
    "批次号为 1 到 128 位的字母、数字和 . _ : -，以字母或数字开头 "
    "a batch id is 1 to 128 letters, digits and . _ : -, and begins with a letter or a digit"
)
_ID = re.compile(BATCH_ID.strip("^$"))


def is_batch_id(text: str) -> bool:
    """Tell whether a sender may call a batch so."""
    return _ID.fullmatch(text) is not None
