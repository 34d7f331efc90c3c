"""Who a sample is about and who issued it: the columns of names, codes and kinds. Pure.

Where cells alone speak for a code, it is never sure whose it is. A code that stands in nearly every row while the
names differ is the authority's, whatever its heading says.
"""

from collections.abc import Iterable, Sequence

from connectors.conversion.heading_parts import meaning
from connectors.conversion.headings import NONE, SURELY, Nearness, nearness
from connectors.conversion.shapes import Shape
from connectors.drafting.matching import CANDIDATE, Matching, Pair, Sample
from connectors.model.datasets import Dataset
from connectors.model.folding import heading_key
from connectors.model.mapping import Mapping

_CODES = (
    "统一社会信用代码",
    "组织机构代码",
    "工商注册号",
    "纳税人识别号",
)  # whatever the dataset, and all they are called
_AUTHORITY = ("机关", "来源", "部门", "表彰", "评定", "主管", "法院")
_PERSONS = frozenset({"自然人", "个人"})
_KINDS = _PERSONS | {
    "法人", "法人及非法人组织", "法人和非法人组织", "非法人组织", "个体工商户", "个体户", "个体", "企业", "企业法人",
    "单位", "公司", "其他组织", "机关", "事业单位", "社会组织", "机关事业单位", "农民专业合作社", "其他",
}  # fmt: skip
_ISSUERS = {
    "admin_penalty": ("处罚机关",),
    "admin_license": ("许可机关",),
    "inspection": ("检查机关",),
    "enforcement": ("执行法院",),
}
_ENDING = 5  # characters of a party's heading that may stand behind any other words: …行政相对人名称
_FEW = 0.2


def find_roles(found: Matching) -> None:
    """Find the columns of the party and of who issued the document."""
    sample, spellings = found.sample, found.dataset.spellings()
    _find_codes(found, spellings)
    taken = {pair.place for pair in [*found.codes, *found.authorities]}
    named = _best(sample, _roles(spellings, "name"), taken)
    partys = {named.place} if named and named.score >= SURELY else set()
    issuers = [name for mapping in spellings for name in mapping.producer.name]
    producer = _best(sample, [*issuers, *_ISSUERS.get(found.dataset.category, ())], taken | partys)
    if producer and producer.score >= SURELY:
        found.producer = producer
        taken.add(producer.place)
    found.kinds = _kinds(sample, [kind for mapping in spellings for kind in mapping.party.kind], taken)
    taken |= {pair.place for pair in found.kinds}
    found.name = _best(sample, _roles(spellings, "name"), taken)
    if found.name is None or found.name.score < SURELY:
        found.name = _by_cells(sample, taken, found.name) or found.name


def name_fields(dataset: Dataset) -> list[str]:
    """Return the fields that hold the party's name."""
    words = _roles(dataset.spellings(), "name")
    return [name for name, of in dataset.fields.items() if of.type == "text" and (name in words or of.zh in words)]


def _find_codes(found: Matching, spellings: Sequence[Mapping]) -> None:
    sample, own = found.sample, _roles(spellings, "codes")
    foreign = [code for mapping in spellings for code in mapping.producer.codes]
    own_fields = {heading_key(of.zh) for of in found.dataset.fields.values()}
    names = max((shape.distinct for shape in sample.shapes if shape.names >= 0.6), default=0.0)
    for place, (heading, shape) in enumerate(zip(sample.headings, sample.shapes, strict=True)):
        near, general, its = nearness(heading, own), _of_enterprises(heading), nearness(heading, foreign)
        best = max(near, general)
        coded = shape.keyed + shape.hidden >= 0.6 and shape.total >= 0.2 * len(shape.cells)
        coded = coded and (shape.keyed >= _FEW or best.score >= CANDIDATE)
        if not coded and its.score < SURELY and (near.score < SURELY or shape.names):
            continue
        if max(best.score, its.score) < SURELY and heading_key(heading) in own_fields:
            continue
        score = best.score if best.score >= SURELY else 0.85 if best.score >= CANDIDATE else 0.7
        few = shape.distinct < _FEW and (
            best.score < CANDIDATE or (shape.unified >= 0.6 and names > 3 * shape.distinct)
        )
        whose = few or its.score > best.score or any(word in heading for word in _AUTHORITY)
        pair = Pair(place, max(score, its.score), best.why or "多为企业代码 cells are codes")
        (found.authorities if whose else found.codes).append(pair)
    found.codes.sort(key=lambda pair: _rank_of_codes(sample.shapes[pair.place]))


def _of_enterprises(heading: str) -> Nearness:
    near = nearness(heading, _CODES)
    return near if near.score >= CANDIDATE else NONE


def _rank_of_codes(shape: Shape) -> tuple[float, float]:
    """Put the column with most unified codes first, then the one with most others."""
    return -shape.unified * shape.total, -shape.keyed * shape.total


def _kinds(sample: Sample, words: Sequence[str], without: set[int]) -> list[Pair]:
    """Return the column that says who is a natural person: by the words in its cells, where its heading is another."""
    named = _best(sample, words, without)
    if named and named.score >= SURELY and set(sample.shapes[named.place].filled) & _KINDS:
        return [named]
    told = [
        place
        for place, shape in enumerate(sample.shapes)
        if place not in without and set(shape.words) & _PERSONS and set(shape.words) <= _KINDS
    ]
    return [Pair(told[0], 0.9, "自然人、法人 cells are kinds of parties")] if len(told) == 1 else []


def _roles(spellings: Iterable[Mapping], role: str) -> list[str]:
    return [word for mapping in spellings for word in getattr(mapping.party, role)]


def _best(sample: Sample, words: Sequence[str], without: set[int]) -> Pair | None:
    near = [
        (max(nearness(heading, words), _ending(heading, words)), place)
        for place, heading in enumerate(sample.headings)
        if place not in without and heading
    ]
    (score, why), place = max(near, key=lambda candidate: candidate[0].score, default=(NONE, 0))
    return Pair(place, score, why) if score >= CANDIDATE else None


def _ending(heading: str, words: Sequence[str]) -> Nearness:
    """Judge by the end of a heading: 许可/处罚行政相对人名称 names the party, whatever stands before."""
    ends = [word for word in words if len(word) >= _ENDING and meaning(heading).endswith(word)]
    return Nearness(0.85, f"以 {ends[0]} 结尾 ends so") if ends else NONE


def _by_cells(sample: Sample, without: set[int], near: Pair | None) -> Pair | None:
    """Return the one column whose cells are names of enterprises: sure only where its heading speaks for it too."""
    named = [
        place
        for place, shape in enumerate(sample.shapes)
        if place not in without and shape.names >= 0.6 and shape.distinct >= _FEW
    ]
    if len(named) != 1:
        return None
    both = near is not None and near.place == named[0]
    why = f"多为企业名称 cells are names；{near.why}" if near and both else "多为企业名称 cells are names"
    return Pair(named[0], 0.85 if both else 0.7, why)
