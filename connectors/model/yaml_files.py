"""YAML as the catalogue is written: plain values, names once, bounded nesting; and in which line a member stands."""

from collections.abc import Sequence
from typing import Any

import yaml

DEEPEST = 20


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml is eight times as fast
    """Reads plain YAML and refuses a name that stands twice: the first one would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        names: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in names:
                raise yaml.constructor.ConstructorError(None, None, f"重复 stands twice: {key.value}", key.start_mark)
            names.add(key.value)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def read_yaml(source: str) -> Any:  # noqa: ANN401 - any YAML
    """Return the value. Raises yaml.YAMLError, ValueError for dates and numbers that are none."""
    _check_depth(source)
    return yaml.load(source, _Loader)  # noqa: S506 - a safe loader


def find_line(source: str, path: Sequence[str]) -> int:
    """Return the line (from 1) of the deepest member of this path that is there."""
    node, line = yaml.compose(source, _Loader), 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
            found = (node.value[int(step)], node.value[int(step)])
        else:
            found = None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _check_depth(source: str) -> None:
    """Raise YAMLError for nesting that has no end: events come one by one, libyaml's loader would recurse into it."""
    depth = 0
    for event in yaml.parse(source, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            mark: Any = event.start_mark  # libyaml's own class, as good as the other
            raise yaml.constructor.ConstructorError(None, None, "嵌套过深 nested too deeply", mark)
