"""What a catalogue knows of a file is taken out before the file is drafted: a mapping, and every word of its own."""

from benchmarks.drafting import forget, words_of
from connectors.catalogue.load import get_dataset
from connectors.model.mapping import heading_key


def test_a_mapping_and_the_words_of_a_file_are_forgotten_everywhere():
    dataset, learned = get_dataset("gas_usage"), {"推送月份", "本月用气量(立方米)", "用气用户名称", "纳税人识别号"}
    assert learned <= words_of(dataset)
    left = forget(dataset, "open-data", {heading_key(word) for word in learned})
    assert not learned & words_of(left)
    assert [mapping.id for mapping in left.mappings] == ["other-headings"]
    assert left.fields["user_name"].zh == "user_name"


def test_what_other_sources_say_is_left():
    dataset = get_dataset("gas_usage")
    left = forget(dataset, "open-data", {"推送月份"})
    assert words_of(dataset) - words_of(left) == {"推送月份", "纳税人识别号"}  # the latter stood in that mapping alone
    assert left.party == dataset.party
