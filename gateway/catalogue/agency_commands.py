"""`xinqiao agency list|show|template|schema|dcat`: the catalogue on the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.catalogue.entry_command import show_entry
from gateway.cli.naming import DatasetCode
from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, Force, fail, keep_existing, show, workbook

if TYPE_CHECKING:
    from datetime import datetime

    from gateway.runtime.instance import Instance

UNKNOWN = {"zh": "目录中没有此部门", "en": "not in the catalogue", "kind": "", "datasets": 0}


def extend(group: typer.Typer) -> None:
    """Add these commands to the group that also registers agencies."""
    group.command("list")(list_agencies)
    group.command("show")(show_entry)
    group.command("template")(write_form)
    group.command("schema")(print_schema)
    group.command("dcat")(print_dcat)


def list_agencies(as_json: AsJson = False) -> None:
    """列出部门 List the agencies of the catalogue: with a client or not, and when each last handed something in."""
    from connectors.catalogue.load import get_catalogue
    from gateway.catalogue.documents import agency_documents

    known = _known_here()
    described = {agency["code"]: agency for agency in agency_documents(get_catalogue())}
    agencies = []
    for code in [*described, *(code for code in known if code not in described)]:
        client, last = known[code]
        seen = {"client": client, "last_delivery": last and last.isoformat(timespec="seconds")}
        agencies.append({"code": code, **described.get(code, UNKNOWN), **seen})
    if as_json:
        show(as_json, {"agencies": agencies})
        return
    rows = [
        {
            "代码 code": agency["code"],
            "名称 name": agency["zh"],  # one line each; the English name is in `show` and --json
            "性质 kind": agency["kind"],
            "目录 datasets": agency["datasets"],
            "登记 client": agency["client"],
            "最近提交 last delivery": (agency["last_delivery"] or "")[:16].replace("T", " "),
        }
        for agency in agencies
    ]
    show(False, rows)


def write_form(
    dataset: DatasetCode,
    output: Annotated[
        Path | None, typer.Option(help="写到此 XLSX Write it here.", dir_okay=False, callback=workbook)
    ] = None,
    force: Force = False,
) -> None:
    """写出空白表格 Write a dataset's empty form: headings, a note for each, an example row that is never taken in."""
    from connectors.catalogue.load import UnknownDatasetError, get_dataset
    from gateway.catalogue.template import write_template

    try:
        found = get_dataset(dataset)
    except UnknownDatasetError as fault:
        fail(str(fault))
    path = output or Path(f"{dataset}.xlsx")
    keep_existing(path, force=force)
    with path.open("wb") as target:
        write_template(found, target)
    typer.echo(f"已写入 written to {path}")


def print_schema() -> None:
    """目录文件的 JSON Schema，供编辑器使用 Print the JSON Schema of the catalogue's files, for editors."""
    from connectors.model.schema import catalogue_schema

    _print(catalogue_schema())


def print_dcat() -> None:
    """以 DCAT 3 (JSON-LD) 导出目录 Print the catalogue as DCAT 3 in JSON-LD, for data portals."""
    from connectors.catalogue.dcat import dcat_document
    from connectors.catalogue.load import get_catalogue
    from connectors.errors import ConnectorError
    from gateway.runtime.settings import load_settings

    try:
        _print(dcat_document(get_catalogue(), load_settings().issuer))
    except ConnectorError as fault:
        fail(str(fault))


def _print(document: dict[str, Any]) -> None:
    import orjson

    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


def _known_here() -> dict[str, tuple[str | None, "datetime | None"]]:
    """Return, by agency, its client's status and when it last handed something in, None where there is none.

    Agencies of the catalogue, and clients of that kind that it does not know.
    """
    from connectors.catalogue.load import agencies
    from connectors.store.batches import load_last_received
    from gateway.identity.clients.agencies import load_statuses
    from gateway.runtime.actor import at_this_machine

    async def read(instance: "Instance") -> dict[str, tuple[str | None, "datetime | None"]]:
        async with instance.units.begin("agency.list", at_this_machine()) as work:
            statuses, last = await load_statuses(work.session), await load_last_received(work.session)
        return {code: (statuses.get(code), last.get(code)) for code in sorted({*agencies(), *statuses})}

    return on_instance(read)
