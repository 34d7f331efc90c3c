"""A name falls into its parts, however it is written and cut off; places by their ending, or by the register."""

import pytest

from connectors.matching.names import LEAST_PLACE, NameParts, find_places, parts_of

REGISTER = ["温州市宏达鞋业有限公司", "温州市永兴电器厂", "温州市天成实业公司", "龙湾区大明有限公司"]
PLACES = frozenset({"温州", "龙湾"})


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("温州市宏达鞋业有限公司", ("温州", "宏达", "鞋业", "company")),
        ("温州宏达鞋业有限公司", ("温州", "宏达", "鞋业", "company")),
        ("宏达（温州）鞋业有限公司", ("温州", "宏达", "鞋业", "company")),
        (" 温州市 宏达鞋业有限责任公司 ", ("温州", "宏达", "鞋业", "company")),
        ("温州市宏达鞋业有限公", ("温州", "宏达", "鞋业", "company")),
        ("温州市宏达鞋业有限", ("温州", "宏达", "鞋业", "company")),
        ("温州市宏达鞋业有", ("温州", "宏达", "鞋业", "company")),
        ("温州市龙湾区宏达鞋厂", ("温州龙湾", "宏达", "鞋", "works")),
        ("宏达鞋业有限公司龙湾分公司", ("", "宏达", "鞋业有限公司龙湾", "branch")),
        ("宏达", ("", "宏达", "", "")),
        ("温州市", ("", "温州", "市", "")),
        ("", ("", "", "", "")),
    ],
)
def test_a_name_falls_into_its_parts(name, parts):
    assert parts_of(name, PLACES) == NameParts(*parts)


def test_a_place_is_known_without_its_ending_once_enough_names_begin_with_it():
    assert find_places(REGISTER) == {"温州"}
    assert find_places(REGISTER[1 : 1 + LEAST_PLACE]) == frozenset()
    assert parts_of("温州宏达鞋业有限公司").place == ""
