"""What the register says of made-up enterprises: several addresses, codes of real sections, holders that there are."""

from gateway.demo.enterprises import enterprise
from gateway.demo.registered import holders, registered
from scoring_adapter.industries import load_industries


def test_a_city_has_many_addresses_and_codes_of_sections_that_there_are():
    told = [registered(enterprise(number)) for number in range(1, 201)]
    assert len({one["住所"] for one in told}) > 150
    sections = {section.id for section in load_industries().sections}
    assert {one["行业代码"][0] for one in told} <= sections
    assert len({one["行业代码"] for one in told}) > 15


def test_who_holds_an_enterprise_is_another_one_or_for_the_first_a_person():
    assert holders(enterprise(1))["股东证照编号"] == ""
    for number in range(2, 60):
        assert holders(enterprise(number))["股东证照编号"] == enterprise(number // 2).code != enterprise(number).code
