"""What the operations of the catalogue answer."""

from collections.abc import Mapping

from gateway.web.operations import Operation

DATASET = {
    "dataset": "tax_arrears",
    "agency": "tax",
    "title": {"zh": "欠税信息", "en": "Tax arrears"},
    "category": {"code": "tax", "zh": "税务", "en": "Tax"},
    "sharing": "shared",
    "polarity": "negative",
    "freshness_days": 31,
    "fields": 6,
}

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/catalogue/schema": Operation(
        answered={"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": {}}
    ),
    "GET /v1/catalogue.jsonld": Operation(answered={"@context": {}, "@type": "dcat:Catalog", "dcat:dataset": []}),
    "GET /v1/catalogue/agencies": Operation(
        answered={"agencies": [{"code": "tax", "zh": "市税务局", "en": "Tax bureau", "datasets": 4}]}
    ),
    "GET /v1/catalogue/datasets": Operation(answered={"datasets": [DATASET]}),
    "GET /v1/catalogue/datasets/{dataset}": Operation(
        ("unknown-dataset",),
        answered={**DATASET, "category": "tax", "fields": [{"name": "amount", "type": "money"}], "mappings": []},
    ),
    "GET /v1/datasets/{dataset}/template.xlsx": Operation(("unknown-dataset",)),
    "POST /v1/datasets/{dataset}/batches:check": Operation(
        (
            "unknown-dataset",
            "dataset-not-yours",
            "malformed-delivery",
            "delivery-too-large",
            "delivery-torn",
            "digest-mismatch",
            "unsupported-encoding",
        ),
        sent="企业名称,统一社会信用代码,欠税金额\n某某有限公司,91330302MA00000154,1200.00\n",
        answered={"dataset": "tax_arrears", "agency": "tax", "accepted": 1, "rejected": 0, "unused_columns": []},
    ),
}
