"""The page of commands is what the command line says of itself."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_of_commands_is_printed_from_the_program(tmp_path):
    page, again = ROOT / "docs" / "commands.md", tmp_path / "commands.md"
    shutil.copy(page, again)
    subprocess.run([sys.executable, ROOT / "scripts" / "command_page.py", again], cwd=ROOT, check=True)
    assert again.read_text("utf-8") == page.read_text("utf-8"), "run make docs"
    assert "| `list [--institution] [--status] [--unused-days] [--limit] [--json]` |" in page.read_text("utf-8")
