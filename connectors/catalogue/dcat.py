"""The catalogue as W3C DCAT 3 in JSON-LD 1.1, for data portals that harvest it. Pure; the context stands inline.

Frequencies and access rights are the European Publications Office's, the lists that DCAT application profiles share.
"""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from connectors.catalogue.files_check import Catalogue
from connectors.model.datasets import Agency, Dataset, Title

CONTEXT: Mapping[str, Any] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "authority": "http://publications.europa.eu/resource/authority/",
    "publisher": {"@id": "dct:publisher", "@type": "@id"},
    "theme": {"@id": "dcat:theme", "@type": "@id"},
    "inScheme": {"@id": "skos:inScheme", "@type": "@id"},
    "accrualPeriodicity": {"@id": "dct:accrualPeriodicity", "@type": "@id"},
    "accessRights": {"@id": "dct:accessRights", "@type": "@id"},
    "accessURL": {"@id": "dcat:accessURL", "@type": "@id"},
    "accessService": {"@id": "dcat:accessService", "@type": "@id"},
    "mediaType": {"@id": "dcat:mediaType", "@type": "@id"},
    "landingPage": {"@id": "dcat:landingPage", "@type": "@id"},
    "conformsTo": {"@id": "dct:conformsTo", "@type": "@id"},
    "endpointURL": {"@id": "dcat:endpointURL", "@type": "@id"},
    "endpointDescription": {"@id": "dcat:endpointDescription", "@type": "@id"},
    "servesDataset": {"@id": "dcat:servesDataset", "@type": "@id"},
    "title": "dct:title",
    "description": "dct:description",
    "identifier": "dct:identifier",
    "keyword": "dcat:keyword",
    "version": "dcat:version",
}
# The longest interval that still keeps the promise "no older than so many days".
_FREQUENCIES = (
    (1, "DAILY"), (7, "WEEKLY"), (14, "BIWEEKLY"), (28, "MONTHLY"), (59, "BIMONTHLY"), (89, "QUARTERLY"),
    (181, "ANNUAL_2"), (365, "ANNUAL"), (730, "BIENNIAL"),
)  # fmt: skip
_ACCESS = {"public": "PUBLIC", "shared": "RESTRICTED", "restricted": "NON_PUBLIC"}
_JSON = "https://www.iana.org/assignments/media-types/application/json"
_TITLE = Title("公共信用数据目录", "Catalogue of public-credit data")
_CATEGORIES = Title("公共信用数据类别", "Kinds of public-credit data")
_SERVICE = Title("企业信用查询", "Inquiries about enterprises")
_ASKED = Title("经企业授权后逐户查询", "Asked for one enterprise at a time, with its consent")


def dcat_document(catalogue: Catalogue, issuer: str) -> dict[str, Any]:
    """Return the whole catalogue; `issuer` is the gateway's public address, under which everything is named."""
    here = _Names(issuer)
    datasets = [_dataset(here, catalogue, dataset) for dataset in catalogue.datasets.values()]
    return {
        "@context": CONTEXT,
        "@id": here.catalogue,
        "@type": "dcat:Catalog",
        "title": _both(_TITLE),
        "description": _both(_described(catalogue)),
        "dcat:themeTaxonomy": {"@id": here.scheme, "@type": "skos:ConceptScheme", "title": _both(_CATEGORIES)},
        "dcat:service": {
            "@id": here.service,
            "@type": "dcat:DataService",
            "title": _both(_SERVICE),
            "endpointURL": here.service,
            "endpointDescription": f"{issuer}/openapi.json",
            "servesDataset": [dataset["@id"] for dataset in datasets],
        },
        "dcat:dataset": datasets,
        "@included": [
            *({"@id": here.agency(agency.code), "@type": "foaf:Organization", "identifier": agency.code,
               "foaf:name": _both(agency)} for agency in catalogue.agencies.values()),
            *({"@id": here.theme(code), "@type": "skos:Concept", "inScheme": here.scheme,
               "skos:notation": code, "skos:prefLabel": _both(title)} for code, title in catalogue.categories.items()),
        ],
    }  # fmt: skip


def _dataset(here: "_Names", catalogue: Catalogue, dataset: Dataset) -> dict[str, Any]:
    agency, category = catalogue.agencies[dataset.agency], catalogue.categories[dataset.category]
    fields, days = len(dataset.fields), dataset.freshness_days
    text = Title(
        f"{agency.zh}提供的{dataset.title.zh}，共 {fields} 个字段，至少每 {days} 天更新。",
        f"{dataset.title.en}, supplied by the {agency.en}: {fields} fields, updated at least every {days} days.",
    )
    names = ({"@value": field.zh, "@language": "zh"} for field in dataset.fields.values())
    return {
        "@id": here.dataset(dataset.dataset),
        "@type": "dcat:Dataset",
        "identifier": dataset.dataset,
        "version": str(dataset.schema_version),
        "title": _both(dataset.title),
        "description": _both(text),
        "keyword": [*_both(category), *names],
        "publisher": here.agency(agency.code),
        "theme": here.theme(dataset.category),
        "accrualPeriodicity": f"authority:frequency/{frequency(days)}",
        "accessRights": f"authority:access-right/{_ACCESS[dataset.sharing]}",
        "landingPage": here.page(dataset.dataset),
        "dcat:distribution": {
            "@id": f"{here.dataset(dataset.dataset)}#inquiries",
            "@type": "dcat:Distribution",
            "title": _both(_ASKED),
            "accessURL": here.service,
            "accessService": here.service,
            "conformsTo": here.dataset(dataset.dataset),
            "mediaType": _JSON,
        },
    }


def frequency(days: int) -> str:
    """Return the Publications Office's word for data that are no older than so many days."""
    place = bisect_right(_FREQUENCIES, days, key=lambda known: known[0])
    return _FREQUENCIES[place - 1][1] if place else "UPDATE_CONT"


def _described(catalogue: Catalogue) -> Title:
    agencies, datasets = len(catalogue.agencies), len(catalogue.datasets)
    return Title(f"{agencies} 个部门提供的 {datasets} 项数据。", f"{datasets} datasets of {agencies} agencies.")


def _both(title: Title | Agency) -> list[dict[str, str]]:
    return [{"@value": title.zh, "@language": "zh"}, {"@value": title.en, "@language": "en"}]


class _Names:
    """The addresses under which things are named."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self.catalogue = f"{issuer}/v1/catalogue.jsonld"
        self.scheme = f"{self.catalogue}#categories"
        self.service = f"{issuer}/v1/inquiries"

    def dataset(self, code: str) -> str:
        return f"{self._issuer}/v1/catalogue/datasets/{code}"

    def page(self, code: str) -> str:
        return f"{self._issuer}/console/catalogue/{code}"

    def agency(self, code: str) -> str:
        return f"{self.catalogue}#agency-{code}"

    def theme(self, code: str) -> str:
        return f"{self.catalogue}#category-{code}"
