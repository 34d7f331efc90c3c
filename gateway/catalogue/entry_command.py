"""`xinqiao agency show` and `xinqiao dataset show`: an agency, or a dataset, as the catalogue describes it."""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from connectors.catalogue.files_check import Catalogue
    from connectors.model.datasets import Dataset
    from connectors.model.mapping import Column

YES = "是 yes"
_BY_YEAR = "，按年 of a year each"
_DELIVERY = {"full_list": "全量清单 full lists", "delta": "增量 additions and corrections"}


def show_entry(
    code: Annotated[str, typer.Argument(help="部门或数据目录的代码 Code of an agency or of a dataset.")],
    as_json: AsJson = False,
) -> None:
    """查看部门或数据目录 Show an agency with its datasets, or a dataset with its fields and mappings."""
    from connectors.catalogue.load import get_catalogue
    from connectors.errors import ConnectorError
    from connectors.model.nearest import unknown

    try:
        catalogue = get_catalogue()
    except ConnectorError as fault:
        fail(str(fault))
    if code in catalogue.agencies:
        _show_agency(catalogue, code, as_json)
    if code in catalogue.datasets:
        _show_dataset(catalogue, catalogue.datasets[code], as_json)
    if code not in {*catalogue.agencies, *catalogue.datasets}:
        known = {**{name: of.zh for name, of in catalogue.agencies.items()}, **_titles(catalogue)}
        fail(unknown("catalogue", code, known))


def _titles(catalogue: "Catalogue") -> dict[str, str]:
    return {name: of.title.zh for name, of in catalogue.datasets.items()}


def _show_agency(catalogue: "Catalogue", code: str, as_json: bool) -> None:
    from gateway.catalogue.documents import agency_documents, find_datasets, summaries

    (document,) = (found for found in agency_documents(catalogue) if found["code"] == code)
    datasets = summaries(catalogue, find_datasets(catalogue, agency=code))
    if as_json:
        show(as_json, {**document, "datasets": datasets})
        return
    show(
        as_json, {"部门 agency": f"{document['zh']} {document['en']}", "代码 code": code, "性质 kind": document["kind"]}
    )
    show(
        False,
        [
            {
                "目录 dataset": one["dataset"],
                "名称 title": f"{one['title']['zh']} {one['title']['en']}",
                "类别 category": one["category"]["zh"],
                "共享 sharing": one["sharing"],
                "天 days": one["freshness_days"],
                "字段 fields": one["fields"],
            }
            for one in datasets
        ],
    )


def _show_dataset(catalogue: "Catalogue", dataset: "Dataset", as_json: bool) -> None:
    from gateway.catalogue.documents import dataset_document

    if as_json:
        show(as_json, dataset_document(dataset))
        return
    shown_until = dataset.disclosure.field or (
        f"{dataset.disclosure.months} 个月 months" if dataset.disclosure.months else ""
    )
    show(
        as_json,
        {
            "目录 dataset": f"{dataset.dataset} · 版本 version {dataset.schema_version}",
            "名称 title": f"{dataset.title.zh} {dataset.title.en}",
            "部门 agency": f"{catalogue.agencies[dataset.agency].zh} {dataset.agency}",
            "类别 category": f"{catalogue.categories[dataset.category].zh} {dataset.category}",
            "共享 sharing": dataset.sharing,
            "影响 polarity": dataset.polarity,
            "更新承诺 freshness": f"{dataset.freshness_days} 天 days",
            "提交方式 delivery": _DELIVERY[dataset.delivery] + (_BY_YEAR if dataset.list_per else ""),
            "主键 key": ", ".join(dataset.key),
            "事件日期 event_date": dataset.event_date or "",
            "公示至 disclosed until": shown_until,
            "保存 retention": f"{dataset.retention_years} 年 years",
        },
    )
    show(
        False,
        [
            {
                "字段 field": name,
                "名称 name": field.zh,
                "类型 type": field.type,
                "单位 unit": field.unit,
                "代码 codes": " ".join(f"{code}={word}" for code, word in field.codes.items()),
                "必填 required": YES if field.required else "",
                "主键 key": YES if name in dataset.key else "",
                "个人 personal": field.personal,
            }
            for name, field in dataset.fields.items()
        ],
    )
    for mapping in dataset.mappings:
        columns = {name: _column(column) for name, column in mapping.fields.items()}
        show(as_json, {"映射 mapping": f"{mapping.id} · 版本 version {mapping.version}", **columns})


def _column(column: "Column") -> str:
    """Say where a field comes from: its columns, then what is done to their cells."""
    from gateway.catalogue.documents import treatments

    done = (f"{name}: {value}" if value else name for name, value in treatments(column).items())
    return " · ".join([", ".join(column.from_), *done]).strip(" ·")
