"""What a person calls the same is the same for us, and nothing else: in headings, names, codes, document numbers."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.catalogue.load import get_dataset
from connectors.conversion.columns import fold_documents
from connectors.conversion.headers import known_layout
from connectors.conversion.identifiers import read_identifier
from connectors.conversion.keys import business_keys, former_name_key
from connectors.model.folding import code_key, document_key, heading_key, name_key
from connectors.model.mapping import Header
from tests.enterprises import uscc

KEYS = [name_key, heading_key, code_key, document_key]
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
UNSEEN = [
    "\u200b",
    "\ufeff",
    "\u00ad",
    "\u200c",
    "\u200d",
    "\u2060",
    "\u200e",
    " ",
    "\u3000",
    "\xa0",
    "\t",
    "\n",
    "\u2009",
]
OPENING, CLOSING, DASHES = "(（[［【〔﹝", ")）]］】〕﹞", "-－–—‐−─"
WORDS = st.text("甲乙科技有限公司温罚字第号京测二〇年0123456789abcXYZ()-", min_size=1, max_size=12)


@st.composite
def spelled_twice(draw):
    """Draw a text, and another spelling of it that a person does not tell from it."""
    text, other = draw(WORDS), ""
    for character in text:
        kinds = next((kinds for kinds in (OPENING, CLOSING, DASHES) if character in kinds), None)
        drawn = draw(st.sampled_from(kinds)) if kinds else character
        drawn = draw(st.sampled_from([drawn, drawn.translate(WIDE), drawn.lower(), drawn.upper()]))
        other += draw(st.sampled_from(["", "", "", *UNSEEN])) + drawn
    return text, other + draw(st.sampled_from(["", *UNSEEN]))


@pytest.mark.parametrize("key", KEYS)
@given(spelled=spelled_twice())
def test_spellings_that_nobody_tells_apart_are_one(key, spelled):
    assert key(spelled[0]) == key(spelled[1])


@pytest.mark.parametrize("key", KEYS)
@given(text=WORDS, at=st.integers(0, 11), other=st.sampled_from("甲乙丙丁戊01289ABCXYZ"))
def test_another_character_is_another_text(key, text, at, other):
    place = at % len(text)
    changed = text[:place] + other + text[place + 1 :]
    assert (key(changed) == key(text)) is (other == text[place].upper())


@pytest.mark.parametrize("key", KEYS)
@given(text=st.text(max_size=30))
def test_what_is_folded_stays_as_it_is(key, text):
    assert key(key(text)) == key(text)


@given(st.lists(st.text("温罚〔〕()[]【】2024-—第1号aA 　\u200b", max_size=12) | st.text(max_size=6), min_size=1))
def test_columns_are_folded_as_cells_are(texts):
    assert fold_documents(pl.Series(texts)).to_list() == [document_key(text) for text in texts]


def test_the_official_number_is_its_own_key_and_six_other_spellings_have_it_too():
    official = "京测罚〔2023〕1号"
    assert document_key(official) == official
    spelled = ["京测罚[2023]1号", "京测罚【2023】1号", "京测罚（2023）1号", "京测罚﹝2023﹞1号", "京测罚〔2023〕 1 号",
               "京测罚〔２０２３〕１号", "京测罚〔2023〕1号\u200b"]  # fmt: skip
    assert {document_key(text) for text in spelled} == {official}


def test_a_heading_is_found_however_it_is_spelled():
    header = Header(["企业\n名称", "统一社会信用代码\u200b", "\xa0成立日期　", "*注册资本【万元】："])
    assert header.find(["企业名称", "统一社会信用代码", "成立日期", "注册资本（万元）"]) == [0, 1, 2, 3]


@pytest.mark.parametrize("spelled", ["{}", " {} ", "'{}", "\ufeff{}\u200b", "{}\u00ad", "“{}”"])
def test_a_code_is_read_in_any_spelling(spelled):
    wide = uscc(1).lower().translate(WIDE)
    assert {read_identifier(spelled.format(code)).value for code in (uscc(1), wide)} == {uscc(1)}


def test_keys_fold_texts_alone_and_remember_how_they_were_spelled_before():
    dataset = get_dataset("penalty_general")
    keys = business_keys(dataset, uscc(1), "", {"cf_wsh": "温罚[2024] 1号"})
    assert keys == (f"温罚〔2024〕1号|{uscc(1)}", f"温罚[2024] 1号|{uscc(1)}")
    assert business_keys(dataset, uscc(1), "", {"cf_wsh": "温罚〔2024〕1号"}).former is None
    by_name = business_keys(dataset, "", "甲【北京】公司", {"cf_wsh": "1号"})
    assert by_name == ("1号|甲(北京)公司", "1号|甲[北京]公司")


@given(st.text("瓯海某某鞋业有限公司（）()温州ＡBc 　", max_size=20))
def test_names_without_rare_marks_have_the_key_they_always_had(name):
    assert name_key(name) == former_name_key(name)


def test_columns_of_a_layout_that_fits_no_mapping_any_more_are_compared_as_they_are_today():
    then = ["旧列[一]\u200b", "另一列"]
    assert known_layout(get_dataset("penalty_general"), then).names.keys() == set(map(heading_key, then))
