"""Cases of a numbered list: `@case("case-47-the-last-unit")` puts the number into the test's id."""

import pytest


def case(*names: str) -> pytest.MarkDecorator:
    """Mark a test as these cases; it takes `case`, the name of the one it runs as."""
    return pytest.mark.parametrize("case", names)
