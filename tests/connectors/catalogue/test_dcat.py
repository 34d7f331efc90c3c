"""The DCAT export, read back by an independent RDF library: what it says is what the catalogue says."""

import json

import pytest
from rdflib import DCAT, DCTERMS, FOAF, RDF, SKOS, Graph, Literal, URIRef

from connectors.catalogue.dcat import dcat_document, frequency
from connectors.catalogue.load import agencies, datasets, get_catalogue

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # the library's own use of it
ISSUER = "https://credit.example"
CATALOGUE = URIRef(f"{ISSUER}/v1/catalogue.jsonld")
VERSION = URIRef(f"{DCAT}version")  # new in DCAT 3, which the library does not list yet
AUTHORITY = "http://publications.europa.eu/resource/authority/"


@pytest.fixture(scope="module")
def graph():
    return Graph().parse(data=json.dumps(dcat_document(get_catalogue(), ISSUER)), format="json-ld")


def one(graph, subject, predicate):
    (found,) = graph.objects(subject, predicate)
    return found


def test_every_dataset_agency_and_category_is_there_once(graph):
    catalogue = get_catalogue()
    assert one(graph, CATALOGUE, RDF.type) == DCAT.Catalog
    identifiers = [str(one(graph, dataset, DCTERMS.identifier)) for dataset in graph.objects(CATALOGUE, DCAT.dataset)]
    assert sorted(identifiers) == sorted(catalogue.datasets)
    assert len(set(graph.subjects(RDF.type, FOAF.Organization))) == len(catalogue.agencies)
    assert len(set(graph.subjects(RDF.type, SKOS.Concept))) == len(catalogue.categories)


def test_a_dataset_says_in_both_languages_what_it_is_and_on_what_terms(graph):
    dataset = URIRef(f"{ISSUER}/v1/catalogue/datasets/penalty_tax")
    assert set(graph.objects(dataset, DCTERMS.title)) == {
        Literal("税务行政处罚", lang="zh"), Literal("Tax penalties", lang="en")
    }  # fmt: skip
    described = {text.language: str(text) for text in graph.objects(dataset, DCTERMS.description)}
    fields, tax = len(datasets()["penalty_tax"].fields), agencies()["tax"]
    assert f"{tax.zh}提供的税务行政处罚，共 {fields} 个字段，至少每 7 天" in described["zh"]
    assert f"supplied by the {tax.en}: {fields} fields, updated at least every 7 days" in described["en"]
    publisher, theme = one(graph, dataset, DCTERMS.publisher), one(graph, dataset, DCAT.theme)
    assert Literal(tax.zh, lang="zh") in set(graph.objects(publisher, FOAF.name))
    assert Literal("行政处罚", lang="zh") in set(graph.objects(theme, SKOS.prefLabel))
    assert one(graph, theme, SKOS.inScheme) == one(graph, CATALOGUE, DCAT.themeTaxonomy)
    assert one(graph, dataset, DCTERMS.accrualPeriodicity) == URIRef(f"{AUTHORITY}frequency/WEEKLY")
    assert one(graph, dataset, DCTERMS.accessRights) == URIRef(f"{AUTHORITY}access-right/PUBLIC")
    assert Literal("罚款金额", lang="zh") in set(graph.objects(dataset, DCAT.keyword))


def test_every_dataset_is_whole(graph):
    wanted = (
        DCTERMS.publisher, DCAT.theme, DCTERMS.accrualPeriodicity, DCTERMS.accessRights, VERSION,
        DCAT.landingPage, DCAT.distribution,
    )  # fmt: skip
    for dataset in graph.subjects(RDF.type, DCAT.Dataset):
        found = {predicate: one(graph, dataset, predicate) for predicate in wanted}
        assert {text.language for text in graph.objects(dataset, DCTERMS.title)} == {"zh", "en"}
        assert (found[DCTERMS.publisher], RDF.type, FOAF.Organization) in graph
        assert (found[DCAT.theme], RDF.type, SKOS.Concept) in graph
        service = one(graph, found[DCAT.distribution], DCAT.accessService)
        assert (service, DCAT.servesDataset, dataset) in graph
        assert one(graph, service, DCAT.endpointURL) == URIRef(f"{ISSUER}/v1/inquiries")


def test_every_name_of_the_document_has_a_meaning(graph):
    """A term the context does not know would be dropped in silence, or become a relative address."""
    document = json.dumps(dcat_document(get_catalogue(), ISSUER))
    assert all(isinstance(term, Literal) or ":" in term for triple in graph for term in triple)
    names = {name for part in walk(json.loads(document)) for name in part} - {"@context"}
    context = json.loads(document)["@context"]
    assert {name for name in names if not name.startswith("@") and name.partition(":")[0] not in context} == set()


def walk(value):
    if isinstance(value, dict):
        yield value
        for name, member in value.items():
            if name != "@context":
                yield from walk(member)
    elif isinstance(value, list):
        for member in value:
            yield from walk(member)


@pytest.mark.parametrize(
    ("days", "word"),
    [
        (0, "UPDATE_CONT"), (1, "DAILY"), (6, "DAILY"), (7, "WEEKLY"), (30, "MONTHLY"), (31, "MONTHLY"),
        (92, "QUARTERLY"), (183, "ANNUAL_2"), (364, "ANNUAL_2"), (365, "ANNUAL"), (366, "ANNUAL"), (9999, "BIENNIAL"),
    ],
)  # fmt: skip
def test_the_frequency_keeps_the_promise(days, word):
    assert frequency(days) == word
