"""What a value of the catalogue is called on pages."""

from gateway.console.titles import Titles


def test_codes_are_words_in_chinese_and_all_else_stays():
    chinese = Titles("zh")
    assert chinese.value("license_food", "status", "valid") == "有效"
    assert Titles("en").value("license_food", "status", "valid") == "valid"
    for field, value in (("status", "no-code"), ("status", None), ("lic_no", "valid"), ("no_field", ["a"])):
        assert chinese.value("license_food", field, value) == value
    assert chinese.value("no_dataset", "status", "valid") == "valid"
