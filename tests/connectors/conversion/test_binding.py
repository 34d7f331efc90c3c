"""Which of a dataset's mappings reads a delivery: the same one whatever order they stand in, and none by luck."""

from itertools import permutations

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.catalogue.load import get_dataset
from connectors.conversion.binding import bind
from connectors.conversion.binding_errors import AmbiguousMappingError, MissingColumnsError
from connectors.errors import MalformedError
from connectors.model.datasets import Dataset, Field, Title
from connectors.model.mapping import Column, Header, Mapping, Party, Producer

NAME, CODE, DAY, KIND = "单位", "代码", "日期", "类别"
COLUMNS = [NAME, "企业", CODE, "旧代码", KIND, "性质", "机关", "机关代码", DAY, "决定日", "金额", "罚款", "备注"]
PENALTY = ["行政处罚决定书文号", "处罚类别", "处罚决定日期", "处罚机关"]
FIELDS = {
    "name": Field("单位", required=True),
    "day": Field("日期", type="date", required=True),
    "fine": Field("金额", type="money", unit="元"),
    "note": Field("备注"),
}


def dataset(*mappings):
    return Dataset("d", "a", Title("甲", "a"), "c", ["party"], FIELDS, mappings=list(mappings))


def mapping(name, kind=(), codes=(CODE,), fields=None, **more):
    return Mapping(name, 1, party=Party([NAME], list(codes), list(kind)), fields=fields or {}, **more)


def test_a_mapping_without_the_kind_never_wins_against_one_that_has_it():
    pasted = mapping("pasted", fields={"fine": Column(["罚款"]), "note": Column(["说明"])})
    kept = mapping("kept", kind=[KIND])
    header = [NAME, CODE, KIND, DAY, "罚款", "说明"]
    for order in permutations([pasted, kept]):
        assert bind(dataset(*order), header).mapping.id == "kept"
    assert bind(dataset(pasted), header).mapping.id == "pasted"


def test_what_another_mapping_knows_as_the_kind_tells_persons_apart_here_too():
    elsewhere = mapping("elsewhere", kind=[KIND], fields={"day": Column(["决定日"])}, without=[DAY])
    binding = bind(dataset(mapping("here"), elsewhere), [NAME, CODE, KIND, DAY])
    assert (binding.mapping.id, binding.kinds) == ("here", [2])


def test_columns_of_codes_and_of_the_producer_count_beside_fields():
    more = mapping("more", codes=[CODE, "旧代码"], producer=Producer(["机关"], ["机关代码"]))
    fewer = mapping("fewer", fields={"note": Column(["说明"])})
    header = [NAME, CODE, "旧代码", "机关", "机关代码", DAY, "说明"]
    for order in permutations([more, fewer]):
        assert bind(dataset(*order), header).mapping.id == "more"


def test_of_two_that_find_as_much_the_one_with_fewest_columns_unread_is_taken():
    both = mapping("both", fields={"note": Column(["说明", "补充"], first_filled=True)})
    one = mapping("one", fields={"note": Column(["补充"])})
    for order in permutations([both, one]):
        assert bind(dataset(*order), [NAME, CODE, DAY, "说明", "补充"]).mapping.id == "both"


def test_a_declared_mapping_goes_before_the_standards_own_spelling():
    turned = Mapping("turned", party=Party(), fields={"day": Column([DAY], day_first=True)})
    of = msgspec.structs.replace(dataset(turned), party=Party())
    assert bind(of, ["单位名称", "统一社会信用代码", "单位", DAY]).mapping.id == "turned"


def test_two_that_fit_as_well_and_read_differently_are_refused_by_name():
    yuan = mapping("yuan", fields={"fine": Column(["罚款"], unit="元")})
    wan = mapping("wan", fields={"fine": Column(["罚款"], unit="万元")})
    for order in permutations([yuan, wan]):
        with pytest.raises(AmbiguousMappingError, match=r"wan.*yuan|yuan.*wan"):
            bind(dataset(*order), [NAME, CODE, DAY, "罚款"])
    words = mapping("words", fields={"fine": Column(["罚款"], unit="万元", nulls=["暂缺"])})
    for order in permutations([words, wan]):
        assert bind(dataset(*order), [NAME, CODE, DAY, "罚款"]).mapping.id == "words"
    same = mapping("same", fields={"fine": Column(["罚款"], unit="元")})
    assert (
        len({bind(dataset(*order), [NAME, CODE, DAY, "罚款"]).mapping.id for order in permutations([yuan, same])}) == 1
    )


def test_an_amount_whose_heading_names_another_unit_is_read_in_that_unit():
    binding = bind(get_dataset("penalty_general"), ["行政相对人名称", "统一社会信用代码", *PENALTY, "罚款金额（元）"])
    fine = next(bound for bound in binding.fields if bound.name == "cf_nr_fk")
    assert (fine.places, fine.column.unit) == ([6], "元")
    both = bind(dataset(), ["单位名称", "代码", "单位", DAY, "金额（万元）", "金额（亿元）"])
    assert not next(bound for bound in both.fields if bound.name == "fine").places  # which of them is the fine?


def test_an_underscore_in_a_chinese_heading_says_nothing():
    header = ["行政相对人名称", "行政相对人代码_1(统一社会信用代码)", *PENALTY]
    binding = bind(get_dataset("penalty_general"), header)
    assert binding.codes == [1]
    assert Header(["ent_name"]).find(["entname"]) == []


names = st.lists(st.sampled_from(COLUMNS), max_size=2, unique=True)
columns = st.builds(
    Column, from_=names, unit=st.sampled_from(["", "元", "万元"]), first_filled=st.booleans(), day_first=st.booleans()
)
mappings = st.builds(
    Mapping,
    id=st.sampled_from("abcdefgh"),
    party=st.builds(Party, name=st.just([NAME, "企业"]), codes=names, kind=names, nulls=st.just([])),
    producer=st.builds(Producer, name=names, codes=names),
    fields=st.dictionaries(st.sampled_from(list(FIELDS)), columns, max_size=3),
)
several = st.lists(mappings, min_size=1, max_size=4, unique_by=lambda one: one.id)
headers = st.lists(st.sampled_from(COLUMNS), min_size=3, unique=True).map(
    lambda more: [*dict.fromkeys([NAME, DAY, *more])]
)


def outcome(of, header):
    """Return what is read, or which refusal it was."""
    try:
        binding = bind(of, header)
    except MalformedError as fault:
        return type(fault)
    fields = [(bound.name, bound.places, bound.column) for bound in binding.fields]
    return binding.mapping.id, fields, binding.names, binding.codes, binding.kinds, binding.producers


@given(several, headers, st.randoms())
def test_the_order_of_mappings_and_of_columns_never_matters(some, header, chance):
    before = outcome(dataset(*some), header)
    shuffled = chance.sample(some, len(some))
    assert outcome(dataset(*shuffled), header) == before
    turned = chance.sample(header, len(header))
    after = outcome(dataset(*shuffled), turned)
    assert (after if isinstance(after, type) else after[0]) == (before if isinstance(before, type) else before[0])


def test_missing_columns_name_those_of_the_file_that_they_may_be():
    header = ["处罚相对人", "统一社会信用代码", "处罚的种类", "处罚日", "处罚文书号", "罚款", "张贴处"]
    with pytest.raises(MissingColumnsError) as refusal:
        bind(get_dataset("penalty_general"), header)
    told = str(refusal.value)
    for missing, likely in (("处罚类别", "处罚的种类"), ("处罚决定日期", "处罚日"), ("行政相对人名称", "处罚相对人")):
        assert (
            f"{missing}（可能是 it may be “{likely}”（9" in told or f"{missing}（可能是 it may be “{likely}”（8" in told
        )
    assert "“统一社会信用代码”" not in told  # it is read already
    assert "张贴处" not in told
    assert "处罚机关" in told
    assert "Excel" in told


@given(several, headers)
def test_no_column_of_codes_or_of_the_kind_is_left_out_that_another_fitting_mapping_reads(some, header):
    try:
        taken = bind(dataset(*some), header)
    except MalformedError:
        assume(False)
    for other in [*some, dataset().spellings()[0]]:
        try:
            alone = bind(msgspec.structs.replace(dataset(other), party=Party([])), header)
        except MissingColumnsError:
            continue
        if alone.mapping.id == other.id:
            assert set(alone.kinds) <= set(taken.kinds)
            assert {*alone.codes, *alone.authorities} <= {*taken.codes, *taken.authorities}
