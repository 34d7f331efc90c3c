"""`xinqiao dataset list|show`: what the catalogue holds. No instance is needed."""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.catalogue.entry_command import show_entry
from gateway.cli.naming import LISTED, DatasetCode, Limit, OfAgency
from gateway.cli.output import AsJson, Column, fail, show_list

if TYPE_CHECKING:
    from connectors.catalogue.files_check import Catalogue

COLUMNS = (
    Column("dataset", "代码 code"),
    Column("title", "名称 title"),
    Column("agency", "部门 agency"),
    Column("category", "类别 category"),
    Column("sharing", "共享 sharing"),
    Column("polarity", "影响 polarity", listed=False),
    Column("freshness_days", "更新天数 days"),
    Column("fields", "字段数 fields"),
)
group = typer.Typer(no_args_is_help=True, help="数据目录 Datasets of the catalogue.")


@group.command("list")
def list_datasets(
    agency: OfAgency = None,
    category: Annotated[str, typer.Option(metavar="CODE", help="类别 Of this category alone.")] = "",
    sharing: Annotated[str, typer.Option(metavar="CLASS", help="共享类型 Of this sharing class alone.")] = "",
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """列出数据目录 List the datasets of the catalogue."""
    from gateway.catalogue.documents import find_datasets, summaries
    from gateway.runtime.denial import DeniedError

    catalogue = _catalogue()
    try:
        found = find_datasets(catalogue, agency=agency or "", category=category, sharing=sharing)
    except DeniedError as fault:
        fail(str(fault))
    rows = summaries(catalogue, found)
    if not as_json:  # one line each; both languages are in --json and in `show`
        rows = [{**row, "title": row["title"]["zh"], "category": row["category"]["zh"]} for row in rows]
    show_list(as_json, "datasets", rows, COLUMNS, limit)


@group.command("show")
def show_dataset(dataset: DatasetCode, as_json: AsJson = False) -> None:
    """查看一个数据目录的字段和映射 Show a dataset with its fields and mappings."""
    from connectors.catalogue.load import get_dataset
    from connectors.errors import ConnectorError

    try:
        get_dataset(dataset)
    except ConnectorError as fault:
        fail(str(fault))
    show_entry(dataset, as_json)


def _catalogue() -> "Catalogue":
    from connectors.catalogue.load import get_catalogue
    from connectors.errors import ConnectorError

    try:
        return get_catalogue()
    except ConnectorError as fault:
        fail(str(fault))
