"""Reads a Dockerfile into its stages: enough of the format for the rules we hold ours to."""

import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Stage:
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)  # (instruction, arguments)

    def all(self, instruction: str) -> list[str]:
        return [arguments for word, arguments in self.steps if word == instruction]


def read_stages(path: Path) -> list[Stage]:
    text = re.sub(r"\\\n\s*", " ", path.read_text())
    stages: list[Stage] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        instruction, _, arguments = line.strip().partition(" ")
        if instruction == "FROM":
            stages.append(Stage(arguments))
        else:
            stages[-1].steps.append((instruction, arguments))
    return stages
