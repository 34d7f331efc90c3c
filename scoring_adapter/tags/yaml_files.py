"""The YAML that declarations are written in: a name stands once, dates and words like `on` stay the texts they are."""

import re
from typing import Any, TypeVar

import msgspec
import yaml

from scoring_adapter.errors import TagError

Kind = TypeVar("Kind")
_MEMBER = re.compile(r"^(.*) - at `\$\.?(.*)`$", re.DOTALL)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml is eight times as fast
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]  # before others are merged in
        if len(set(names)) < len(names):
            raise yaml.constructor.ConstructorError(None, None, "重复的名称 a name stands twice", node.start_mark)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


_Loader.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in known if not tag.endswith((":bool", ":timestamp"))]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def read_yaml(source: str, where: str) -> dict[str, Any]:
    """Return the members a file holds. Raises TagError."""
    try:
        made = yaml.load(source, _Loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError) as fault:
        raise TagError(f"{where}：不是 YAML is not YAML: {fault}") from fault
    if not isinstance(made, dict):
        raise TagError(f"{where}：应为一组成员 a group of members is wanted")
    return made


def convert(raw: object, kind: type[Kind], where: str) -> Kind:
    """Return a value as its declared structure. Raises TagError that names the member."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as fault:
        found = _MEMBER.match(str(fault))
        said, member = (found[1], f".{found[2]}") if found else (str(fault), "")
        raise TagError(f"{where}{member}：形式不对 its form is wrong: {said}") from fault
