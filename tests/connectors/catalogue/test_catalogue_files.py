"""Whatever a file of the catalogue holds: it is read, or refused with its name and a line; never anything else."""

import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.catalogue.files_check import CATEGORIES, SHIPPED, CatalogueError, load_catalogue
from connectors.conversion.extracting import fault_of_pattern

PARKS = """\
agency: {code: parks, zh: 园林局, en: Parks}
datasets:
  park_penalty:
    title: {zh: 处罚, en: Penalties}
    category: admin_penalty
    key: [doc_no]
    fields:
      doc_no: {zh: 文号, required: true}
    mappings: [{id: old, fields: {doc_no: {from: [编号]}}}]
"""
UNIT_AT = "parks.yaml:10: datasets.park_penalty.mappings.#1.fields.much.unit: "
CATEGORIES_OF_TEST = "admin_penalty: {zh: 行政处罚, en: Penalties}"


def in_unit(field, unit):
    of = PARKS.replace("    mappings:", f"      much: {{zh: 数, {field}}}\n    mappings:")
    return of.replace("[编号]}", f"[编号]}}, much: {{unit: {unit}}}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("catalogue")
    (made / CATEGORIES).write_text(CATEGORIES_OF_TEST, "utf-8")
    return made


@pytest.fixture
def load(folder):
    def read(source):
        (folder / "parks.yaml").write_bytes(source.encode() if isinstance(source, str) else source)
        return load_catalogue([folder])

    return read


@pytest.mark.parametrize(
    ("source", "place"),
    [
        (PARKS.encode("utf-16"), "parks.yaml:1: 不是 UTF-8"),
        (PARKS.replace("园林局", "?").encode().replace(b"Penalties", b"\xff"), "parks.yaml:4: 不是 UTF-8"),
        ("", "parks.yaml:1: 应为 agency"),
        ("- 1", "parks.yaml:1: 应为 agency"),
        ("agency: parks\nagency: parks", "parks.yaml:2: 不是 YAML is not YAML: 重复"),
        (PARKS + "  park_penalty: {}", "parks.yaml:10: 不是 YAML is not YAML: 重复"),
        (PARKS.replace("      doc_no", "      doc_no: {zh: 号}\n      doc_no"), "parks.yaml:9: 不是 YAML"),
        ("agency: 2024-99-99", "parks.yaml:1: 不是 YAML"),
        ("agency: " + "9" * 5000, "parks.yaml:1: 不是 YAML"),
        ("agency: parks\ndatasets: {[a]: 1}", "parks.yaml:2: 不是 YAML"),
        ("agency: parks\ndatasets: " + "[" * 100_000, "parks.yaml:2: 不是 YAML is not YAML: 嵌套过深"),
        ("agency: parks\ndatasets:\n" + "- " * 100_000, "parks.yaml:3: 不是 YAML is not YAML: 嵌套过深"),
        ("agency: !!python/object/apply:os.getcwd []", "parks.yaml:1: 不是 YAML"),
        ("agency: parks\ndatasets: [1]", "parks.yaml:2: datasets: "),
        ("agency: parks\ndatasets:\n  x:\n    fields: [1]", "parks.yaml:4: datasets.x.fields: "),
        ("agency: parks\ndatasets:\n  x:\n    mappings: {a: 1}", "parks.yaml:4: datasets.x.mappings: "),
        ("agency: parks\ndatasets:\n  x:\n    mappings:\n    - 1", "parks.yaml:5: datasets.x.mappings.#1: "),
        ("agency: parks\ndatasets: {1: {}}", "parks.yaml:2: datasets: "),
        (PARKS.replace("park_penalty", "Park-Penalty"), "parks.yaml:3: datasets.Park-Penalty"),
        (PARKS.replace("doc_no: {zh", "文号: {zh"), "parks.yaml:7: datasets.park_penalty.fields: "),
        (PARKS.replace("code: parks", "code: Parks"), "parks.yaml:1: agency.code: "),
        (
            PARKS.replace("zh: 文号,", "zh: 文号, type: money,"),
            "parks.yaml:8: datasets.park_penalty.fields.doc_no: 金额",
        ),
        (
            PARKS.replace("zh: 文号,", "zh: 文号, type: code,"),
            "parks.yaml:8: datasets.park_penalty.fields.doc_no: 代码",
        ),
        (
            PARKS.replace("    key", "    freshness_days: 0\n    key"),
            "parks.yaml:6: datasets.park_penalty.freshness_days",
        ),
        (
            PARKS.replace("    key", "    most_ended_percent: 101\n    key"),
            "parks.yaml:6: datasets.park_penalty.most_ended_percent",
        ),
        (
            PARKS.replace("    key", "    most_ended_percent: -1\n    key"),
            "parks.yaml:6: datasets.park_penalty.most_ended_percent",
        ),
        (PARKS.replace("    key", "    delivery: all\n    key"), "parks.yaml:6: datasets.park_penalty.delivery"),
        (PARKS.replace("    key", "    event_date: doc_no\n    key"), "parks.yaml:6: datasets.park_penalty.event_date"),
        (PARKS.replace("]}}}]", "]}}}, {id: old}]"), "parks.yaml:9: datasets.park_penalty.mappings: 编号重复"),
        (
            PARKS.replace("    mappings", "      other: {zh: 文号}\n    mappings"),
            "parks.yaml:7: datasets.park_penalty.fields",
        ),
        (PARKS.replace("required: true", "type: code, codes: {a: 优, b: 优}"), "parks.yaml:8: "),
        (
            PARKS.replace("required: true", "type: code, codes: {a: 优}").replace("[编号]", "[编号], codes: {甲: z}"),
            "parks.yaml:9: datasets.park_penalty.mappings.#1.fields.doc_no.codes: 不在字段的代码表中",
        ),
        (
            PARKS.replace("required: true", "type: money, unit: 元").replace("[编号]", "[罚款（万元）]"),
            "parks.yaml:9: datasets.park_penalty.mappings.#1.fields.doc_no.from: 列名“罚款（万元）”以万元计",
        ),
        (PARKS.replace("[编号]", "[编号], extract: '(a)(?=b)'"), "parks.yaml:9: "),
        *(
            (
                PARKS.replace("required: true", f"required: true, {field}").replace("{from: [编号]}", column),
                f"parks.yaml:9: datasets.park_penalty.mappings.#1.fields.doc_no.{member}: {said}",
            )
            for field, column, member, said in (
                ("type: text", "{value: 甲, from: [编号]}", "from", "有 value"),
                ("type: text", "{value: 甲, join: '-'}", "join", "有 value"),
                ("type: date", "{value: 昨天}", "value", "“昨天”不是日期"),
                ("type: text", "{value: 无}", "value", "“无”表示空值"),
                ("type: text", "{from: [甲], join: '-'}", "join", "join 需要"),
                ("type: text", "{from: [甲, 乙], join: '-', first_filled: true}", "join", "join 需要"),
                ("type: text", "{codes: {甲: a}}", "codes", "text 没有代码"),
                ("type: text", "{day_first: true}", "day_first", "text 没有日月次序"),
                ("type: text", "{fine_within: [甲]}", "fine_within", "text 不是金额"),
                ("type: text", "{from: [第0列]}", "from", "“第0列”：列号"),
                ("type: text", "{from: [第ZZ列]}", "from", "“第ZZ列”：列号"),
                (
                    "type: code, codes: {a: 优}",
                    "{codes_where: [{column: 甲, is: [], codes: {乙: a}}]}",
                    "codes_where.#1",
                    "is 与 codes",
                ),
                (
                    "type: code, codes: {a: 优}",
                    "{codes_where: [{column: 甲, is: [丙], codes: {乙: z}}]}",
                    "codes_where.#1.codes",
                    "不在字段的代码表中",
                ),
            )
        ),
        (
            PARKS.replace("{id: old,", "{id: old, header: none,"),
            "parks.yaml:9: datasets.park_penalty.mappings.#1.party.name",
        ),
        (
            PARKS.replace("{id: old,", "{id: old, header: some,"),
            "parks.yaml:9: datasets.park_penalty.mappings.#1.header",
        ),
        (in_unit("type: number, unit: 元", "吨"), UNIT_AT + "吨 不能换算"),
        (in_unit("type: number", "人"), UNIT_AT + "人 不能换算"),
        (in_unit("type: money, unit: 元", "千元"), UNIT_AT + "金额"),
        (in_unit("type: text", "元"), UNIT_AT + "text 没有单位"),
    ],
)
def test_what_is_wrong_is_told_by_file_and_line(load, source, place):
    with pytest.raises(CatalogueError) as refusal:
        load(source)
    assert str(refusal.value).startswith(place), refusal.value


def test_one_folder_describes_an_agency_and_a_dataset_once(load, folder):
    load(PARKS)
    again = folder / "parks_copy.yaml"
    try:
        for copy, place in {
            PARKS: "parks_copy.yaml:3: datasets.park_penalty: 已在 parks.yaml",
            PARKS.replace("park_penalty", "park_award"): "parks_copy.yaml:1: agency.code: 已在 parks.yaml",
        }.items():
            again.write_text(copy, "utf-8")
            with pytest.raises(CatalogueError) as refusal:
                load_catalogue([folder])
            assert str(refusal.value).startswith(place)
        again.write_text(PARKS.replace("{code: parks, zh: 园林局, en: Parks}", "parks").replace("penalty:", "award:"))
        assert set(load_catalogue([folder]).datasets) == {"park_penalty", "park_award"}
    finally:
        again.unlink()


def test_a_citys_own_folder_replaces_shipped_datasets_by_name_and_leaves_the_others(tmp_path):
    shipped = load_catalogue([SHIPPED])
    own = PARKS.replace("{code: parks, zh: 园林局, en: Parks}", "tax").replace("park_penalty", "tax_arrears")
    (tmp_path / "tax.yaml").write_text(own, "utf-8")
    merged = load_catalogue([SHIPPED, tmp_path])
    assert merged.datasets["tax_arrears"].title.zh == "处罚"
    assert {k: v for k, v in merged.datasets.items() if k != "tax_arrears"} == {
        k: v for k, v in shipped.datasets.items() if k != "tax_arrears"
    }
    assert merged.agencies == shipped.agencies
    (tmp_path / "tax.yaml").write_text(own.replace("agency: tax", "agency: court"), "utf-8")
    with pytest.raises(CatalogueError, match=r"^tax\.yaml:3: .*a dataset of tax"):
        load_catalogue([SHIPPED, tmp_path])


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_refused_in_words(folder, source):
    (folder / "parks.yaml").write_bytes(source)
    with pytest.raises(CatalogueError, match=r"^parks\.yaml:[1-9]\d*: "):
        load_catalogue([folder])


@given(st.integers(0, len(PARKS)), st.integers(0, 30), st.text("[]{}:,&*!|>'\"%@`#-~\n\t ab1é号", max_size=6))
def test_a_damaged_file_is_read_or_refused(folder, place, length, put):
    (folder / "parks.yaml").write_bytes((PARKS[:place] + put + PARKS[place + length :]).encode())
    with suppress(CatalogueError):
        assert load_catalogue([folder]).agencies


def test_every_pattern_that_ships_is_sound():
    columns = [
        column
        for dataset in load_catalogue([SHIPPED]).datasets.values()
        for mapping in dataset.mappings
        for column in mapping.fields.values()
        if column.extract
    ]
    assert columns
    assert [fault_of_pattern(column.extract) for column in columns] == [None] * len(columns)


def test_reading_what_ships_does_not_load_the_engine_of_patterns():
    seen = (
        "import sys; from connectors.catalogue.load import datasets; assert datasets(); print('polars' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.split() == ["False"]


UNPACKING = """\
    unpack: {kind: sort, payload: held, into: {a: park_award}}
    fields:
      sort: {zh: 类别, type: code, required: true, codes: {a: 奖}}
      held: {zh: 内容, type: packed, required: true}
"""
AWARD = """\
  park_award:
    title: {zh: 奖, en: Awards}
    category: admin_penalty
    key: [doc_no]
    fields: {doc_no: {zh: 文号}}
"""


@pytest.mark.parametrize(
    ("said", "instead", "place"),
    [
        ("kind: sort", "kind: none", ": 没有字段"),
        ("payload: held", "payload: doc_no", ".payload: 应为必填的 packed"),
        ("packed, required: true", "packed", ".payload: 应为必填的 packed"),
        ("code, required: true", "code", ".into: 应为 kind 的各代码"),
        ("{a: park_award}", "{b: park_award}", ".into: 应为 kind 的各代码"),
        ("{a: park_award}", "{a: elsewhere}", ".into: elsewhere 不是本部门的目录"),
    ],
)
def test_what_rows_are_unpacked_into_is_a_dataset_of_the_agency(load, said, instead, place):
    sound = PARKS.replace("    fields:\n", UNPACKING) + AWARD
    assert load(sound).datasets["park_penalty"].unpack.into == {"a": "park_award"}
    assert said in sound
    with pytest.raises(CatalogueError) as refusal:
        load(sound.replace(said, instead))
    assert str(refusal.value).startswith(f"parks.yaml:7: datasets.park_penalty.unpack{place}"), refusal.value


def test_the_code_of_all_other_words_is_one_of_the_codes(load):
    coded = PARKS.replace("required: true", "type: code, codes: {a: 优}, otherwise: a")
    assert load(coded).datasets["park_penalty"].fields["doc_no"].otherwise == "a"
    with pytest.raises(CatalogueError, match=r"fields\.doc_no: otherwise 应是 codes 之一"):
        load(coded.replace("otherwise: a", "otherwise: b"))
