"""The catalogue for people: which datasets there are, and what each holds, promises and discloses."""

from collections import Counter
from itertools import groupby
from operator import attrgetter
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Path as PathParameter
from fastapi import Query, Request
from fastapi.responses import Response

from connectors.catalogue.files_check import Catalogue
from connectors.catalogue.load import UnknownDatasetError, get_catalogue, get_dataset
from connectors.model.datasets import Dataset
from gateway.catalogue.documents import find_datasets, treatments
from gateway.catalogue.template import MEDIA_TYPE, template_bytes, template_headers
from gateway.console.render import PageError, page
from gateway.people.guard import Anyone
from gateway.web.router import Router

router = Router(prefix="/console/catalogue", include_in_schema=False)
Code = Annotated[str, Query(max_length=63)]


@router.get("")
async def show_catalogue(
    request: Request, present: Anyone, agency: Code = "", category: Code = "", sharing: Code = ""
) -> Response:
    """Show the datasets by category, all of them or those asked for."""
    catalogue = get_catalogue()
    found = find_datasets(catalogue, agency=agency, category=category, sharing=sharing)
    groups = [(catalogue.categories[code], list(those)) for code, those in groupby(found, attrgetter("category"))]
    return page(
        request, "catalogue", present, catalogue=catalogue, groups=groups, count=len(found),
        agencies=len({dataset.agency for dataset in found}), bars=_bars(catalogue, agency, sharing),
        chosen={"agency": agency, "category": category, "sharing": sharing},
    )  # fmt: skip


@router.get("/{dataset}")
async def show_dataset(
    request: Request, dataset: Annotated[str, PathParameter(max_length=63)], present: Anyone
) -> Response:
    """Show one dataset with its fields, promise, disclosure and mappings."""
    catalogue, found = get_catalogue(), _dataset(dataset)
    return page(
        request, "dataset", present, dataset=found, agency=catalogue.agencies[found.agency],
        category=catalogue.categories[found.category], treatments=treatments,
    )  # fmt: skip


@router.get("/{dataset}/template.xlsx")
def download_template(dataset: Annotated[str, PathParameter(max_length=63)], _present: Anyone) -> Response:
    """Answer with the dataset's empty form."""
    found = _dataset(dataset)
    return Response(template_bytes(found), media_type=MEDIA_TYPE, headers=template_headers(found))


def _dataset(dataset: str) -> Dataset:
    try:
        return get_dataset(dataset)
    except UnknownDatasetError as fault:
        raise PageError("not-found", 404) from fault


def _bars(catalogue: Catalogue, agency: str, sharing: str) -> list[dict[str, Any]]:
    """Return each category's number of datasets, whatever category is chosen, and where its bar leads."""
    count = Counter(one.category for one in find_datasets(catalogue, agency=agency, sharing=sharing))
    most = max(count.values(), default=1)
    return [
        {
            "code": code,
            "title": title,
            "count": count[code],
            "width": round(100 * count[code] / most),
            "address": "?" + urlencode({"agency": agency, "category": code, "sharing": sharing}),
        }
        for code, title in catalogue.categories.items()
        if count[code]
    ]
