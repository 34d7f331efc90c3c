"""`xinqiao data-view …`: views, subsets of tags and fields for an institution's own model."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.admin.change_commands import Reason, make
from gateway.cli.naming import OfInstitution
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, fail, show, show_list

COLUMNS = (
    Column("institution", "机构 institution"),
    Column("view", "视图 view"),
    Column("version", "版本 version"),
    Column("purpose", "用途 purpose"),
    Column("title", "说明 title"),
    Column("in_force", "现行 in_force"),
    Column("effective_from", "自 since"),
    *(Column(name, name, listed=False) for name in ("admission", "limit", "reason", "entry")),
)
MEMBERS = frozenset({"view", "purpose", "title", "admission", "limit"})
Institution = Annotated[str, typer.Argument(metavar="INSTITUTION", help="机构编号 The institution.")]
group = typer.Typer(no_args_is_help=True, help="视图 Subsets of tags and fields for an institution's own model.")


@group.command("list")
def list_all(institution: OfInstitution = None, as_json: AsJson = False) -> None:
    """列出视图的各版 List every version of the views, those that have ended too."""
    from gateway.inquiries.views.setting import list_views

    found = in_one_unit("views.list", partial(list_views, institution=institution))
    show_list(as_json, "views", found, COLUMNS, len(found))


@group.command("set")
def set_one(
    institution: Institution,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="视图文件 A YAML file: view, purpose, title, admission, limit.", exists=True
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """按文件设定视图，作为新的一版 Put a view that a file declares in force, as a new version."""
    declared = _read(file)
    make("view.set", institution=institution, **declared)
    show(as_json, {"机构 institution": institution, "视图 view": declared["view"]})


@group.command("end")
def end(
    institution: Institution,
    view: Annotated[str, typer.Argument(metavar="NAME", help="视图 The view.")],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """终止视图 End a view, from the next question on."""
    make("view.end", institution=institution, view=view, reason=reason)
    show(as_json, {"机构 institution": institution, "视图 view": view})


def _read(file: Path) -> dict[str, Any]:
    import yaml

    try:
        declared = yaml.safe_load(file.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        fail(f"不是 YAML 文件 {file} is no YAML")
    if not isinstance(declared, dict) or not {"view", "purpose", "title"} <= declared.keys() <= MEMBERS:
        fail(f"须有 it has view, purpose, title; 可有 it may have admission, limit: {file}")
    return declared
