"""The catalogue for machines: agencies and datasets for every client, the export for data portals, the files' schema.

What is restricted is described too: only its records are.
"""

from typing import Annotated, Any

from fastapi import Depends, Query
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse, Response

from connectors.catalogue.dcat import dcat_document
from connectors.catalogue.load import get_catalogue
from connectors.model.schema import catalogue_schema
from gateway.catalogue.documents import agency_documents, dataset_document, find_datasets, summaries
from gateway.catalogue.template import MEDIA_TYPE, template_bytes, template_headers
from gateway.identity.caller import require
from gateway.identity.clients.scopes import SCOPES
from gateway.intake.admission import known_dataset
from gateway.runtime.actor import Actor
from gateway.web.dependencies import TheSettings
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["数据目录 Catalogue"])
AnyClient = Annotated[Actor, Depends(require(*sorted(frozenset().union(*SCOPES.values()))), scope="function")]
Code = Annotated[str, Query(max_length=63)]


class JsonSchema(JSONResponse):
    """An answer that is a JSON Schema."""

    media_type = "application/schema+json"


class Workbook(Response):
    """An answer that is an XLSX workbook."""

    media_type = MEDIA_TYPE


class LinkedData(JSONResponse):
    """An answer in JSON-LD."""

    media_type = "application/ld+json"


@router.head("/catalogue/schema", include_in_schema=False)
@router.get(
    "/catalogue/schema", summary="目录文件的结构 JSON Schema of the catalogue's files", response_class=JsonSchema
)
async def schema() -> JsonSchema:
    """Return the schema for editors. It is the program's and tells nothing of the city: open to anybody."""
    return JsonSchema(catalogue_schema())


@router.get("/catalogue.jsonld", summary="目录导出 The catalogue as DCAT 3", response_class=LinkedData)
async def export(settings: TheSettings, _caller: AnyClient) -> LinkedData:
    """Return the whole catalogue as JSON-LD for data portals."""
    return LinkedData(dcat_document(get_catalogue(), settings.issuer))


@router.get("/catalogue/agencies", summary="部门 Agencies")
async def agencies(_caller: AnyClient) -> dict[str, Any]:
    """Return every agency with the number of its datasets."""
    return {"agencies": agency_documents(get_catalogue())}


@router.get("/catalogue/datasets", summary="数据目录 Datasets")
async def datasets(_caller: AnyClient, agency: Code = "", category: Code = "", sharing: Code = "") -> dict[str, Any]:
    """Return the datasets, or those of one agency, category or sharing class (public, shared, restricted)."""
    catalogue = get_catalogue()
    found = find_datasets(catalogue, agency=agency, category=category, sharing=sharing)
    return {"datasets": summaries(catalogue, found)}


@router.get("/catalogue/datasets/{dataset}", summary="一项数据目录 A dataset")
async def show(dataset: Annotated[str, PathParameter(max_length=63)], _caller: AnyClient) -> dict[str, Any]:
    """Return its fields, promise, disclosure and mappings."""
    return dataset_document(known_dataset(dataset))


@router.get("/datasets/{dataset}/template.xlsx", summary="空白表格 The empty form", response_class=Workbook)
def template(dataset: Annotated[str, PathParameter(max_length=63)], _caller: AnyClient) -> Workbook:
    """Return a workbook with the dataset's headings, a note for each, and an example row that is never taken in."""
    found = known_dataset(dataset)
    return Workbook(template_bytes(found), headers=template_headers(found))
