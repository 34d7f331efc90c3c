"""The catalogue for people: which datasets there are, what each holds, promises and discloses, and its empty form."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse, Response

from connectors.catalogue.files_check import Catalogue
from connectors.catalogue.load import UnknownDatasetError, get_catalogue, get_dataset
from connectors.catalogue.record_schema import record_schema
from connectors.catalogue.template import template_columns
from connectors.model.datasets import Dataset
from gateway.catalogue.documents import find_datasets, treatments
from gateway.catalogue.template import MEDIA_TYPE, template_bytes, template_headers
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, Tone, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.people.guard import Anyone, ClerkApart
from gateway.people.listing import show_table
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console", include_in_schema=False)
SHARING = ("public", "shared", "restricted")
TONES: dict[str, Tone] = {"public": "ok", "shared": "info", "restricted": "warn"}
CATALOGUE = TableSpec(
    "catalogue",
    (
        Column("dataset", "dataset", sortable=True),
        Column("agency", "agency", sortable=True),
        Column("category", "category", sortable=True),
        Column("freshness", "freshness", "number", sortable=True),
        Column("sharing", "sharing", sortable=True),
        Column("fields", "fields", "number", sortable=True),
    ),
    (
        Filter("name", "named", "text"),
        Filter("agency", "agency", "text"),
        Filter("category", "category", "text"),
        Filter("sharing", "sharing", "choice", SHARING, prefix="sharing-"),
    ),
)
TEMPLATES = TableSpec(
    "templates",
    (
        Column("dataset", "dataset", sortable=True),
        Column("agency", "agency", optional=True),
        Column("columns", "columns"),
        Column("fields", "fields", "number", sortable=True),
        Column("template", "template"),
    ),
    (Filter("name", "named", "text"),),
)
Code = Annotated[str, PathParameter(max_length=63)]


@router.get("/catalogue")
async def show_catalogue(
    request: Request, units: Units, present: Anyone, asked: Annotated[TableQuery, Depends(table_query(CATALOGUE))]
) -> Response:
    """Show the datasets, all of them or those asked for."""
    words, catalogue, wanted = words_of(request), get_catalogue(), asked.filters
    found = [
        dataset
        for dataset in find_datasets(catalogue, sharing=wanted["sharing"])
        if _is_meant(wanted["name"], dataset.dataset, dataset.title.zh, dataset.title.en)
        and _is_meant(wanted["agency"], dataset.agency, *_titles(catalogue, dataset.agency))
    ]
    counts = Counter(dataset.category for dataset in found)
    chosen = [dataset for dataset in found if _of_category(catalogue, dataset, wanted["category"])]
    table = in_memory(
        CATALOGUE, asked, chosen, cells=lambda dataset: _cells(words, catalogue, dataset),
        keys={
            "dataset": lambda dataset: words.titles.dataset(dataset.dataset),
            "agency": lambda dataset: words.titles.agency(dataset.agency),
            "category": lambda dataset: _category(words, catalogue, dataset.category),
            "freshness": lambda dataset: dataset.freshness_days,
            "sharing": lambda dataset: SHARING.index(dataset.sharing),
            "fields": lambda dataset: len(dataset.fields),
        },
    )  # fmt: skip
    categories = [
        (title, counts[code], asked.href_filtered("category", title))
        for code, title in ((code, _category(words, catalogue, code)) for code in catalogue.categories)
        if counts[code]
    ]
    agencies = len({dataset.agency for dataset in chosen})
    return await show_table(
        request, units, present, "catalogue", table, categories=categories, count=len(chosen), agencies=agencies
    )


@router.get("/templates")
async def show_templates(
    request: Request, units: Units, present: ClerkApart, asked: Annotated[TableQuery, Depends(table_query(TEMPLATES))]
) -> Response:
    """Show the empty forms of the agency's datasets, of all to administrators."""
    words, catalogue = words_of(request), get_catalogue()
    own = [
        dataset
        for dataset in find_datasets(catalogue, agency=present.agency or "")
        if _is_meant(asked.filters["name"], dataset.dataset, dataset.title.zh, dataset.title.en)
    ]
    table = in_memory(
        TEMPLATES, asked, own, cells=lambda dataset: _template_cells(words, dataset),
        keys={
            "dataset": lambda dataset: words.titles.dataset(dataset.dataset),
            "fields": lambda dataset: len(dataset.fields),
        },
    )  # fmt: skip
    return await show_table(request, units, present, "templates", table)


@router.get("/catalogue/{dataset}")
async def show_dataset(request: Request, dataset: Code, present: Anyone) -> Response:
    """Show one dataset with its fields, promise, disclosure, example row and mappings."""
    words, catalogue, found = words_of(request), get_catalogue(), _dataset(dataset)
    return page(
        request, "dataset", present, dataset=found, agency=catalogue.agencies[found.agency],
        category=_category(words, catalogue, found.category), treatments=treatments, tone=TONES[found.sharing],
        example=template_columns(found), hands_in=present.role == "system" or present.agency == found.agency,
    )  # fmt: skip


@router.get("/catalogue/{dataset}/template.xlsx")
def download_template(dataset: Code, _present: Anyone) -> Response:
    """Answer with the dataset's empty form."""
    found = _dataset(dataset)
    return Response(template_bytes(found), media_type=MEDIA_TYPE, headers=template_headers(found))


@router.get("/catalogue/{dataset}/schema.json")
def download_schema(dataset: Code, _present: Anyone) -> Response:
    """Answer with the JSON Schema of the dataset's rows."""
    found = _dataset(dataset)
    headers = {"Content-Disposition": f'attachment; filename="{found.dataset}.schema.json"'}
    return JSONResponse(record_schema(found), media_type="application/schema+json", headers=headers)


def _dataset(dataset: str) -> Dataset:
    try:
        return get_dataset(dataset)
    except UnknownDatasetError as fault:
        raise PageError("not-found", 404) from fault


def _is_meant(word: str, *names: str) -> bool:
    """Tell whether a word stands in one of these names."""
    return not word or any(word.lower() in name.lower() for name in names)


def _of_category(catalogue: Catalogue, dataset: Dataset, word: str) -> bool:
    title = catalogue.categories[dataset.category]
    return _is_meant(word, dataset.category, title.zh, title.en)


def _titles(catalogue: Catalogue, agency: str) -> Iterable[str]:
    return catalogue.agencies[agency].zh, catalogue.agencies[agency].en


def _category(words: Words, catalogue: Catalogue, code: str) -> str:
    title = catalogue.categories[code]
    return words.either(title.zh, title.en)


def _cells(words: Words, catalogue: Catalogue, dataset: Dataset) -> list[Content]:
    return [
        Cell(words.titles.dataset(dataset.dataset), f"/console/catalogue/{dataset.dataset}", sub=dataset.dataset),
        words.titles.agency(dataset.agency),
        _category(words, catalogue, dataset.category),
        words.count("days", dataset.freshness_days),
        Cell(words(f"sharing-{dataset.sharing}"), tone=TONES[dataset.sharing]),
        len(dataset.fields),
    ]


def _template_cells(words: Words, dataset: Dataset) -> list[Content]:
    return [
        Cell(words.titles.dataset(dataset.dataset), f"/console/catalogue/{dataset.dataset}", sub=dataset.dataset),
        words.titles.agency(dataset.agency),
        words.listed(column.heading for column in template_columns(dataset)),
        len(dataset.fields),
        Cell(words("template"), f"/console/catalogue/{dataset.dataset}/template.xlsx"),
    ]
