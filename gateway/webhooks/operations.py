"""What the operations of webhooks answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

ID, DELIVERY = "01983a2b-7c1d-7e00-8000-000000000070", "01983a2b-7c1d-7e00-8000-000000000071"
ENTRY = "01983a2b-7c1d-7e00-8000-000000000020"
BODY = (
    '{"data":{"consent":"01983a2b-7c1d-7e00-8000-000000000010","entry":"01983a2b-7c1d-7e00-8000-000000000020",'
    '"institution":"bank","status":"revoked"},"datacontenttype":"application/json",'
    '"id":"01983a2b-7c1d-7e00-8000-000000000020","source":"https://gateway.example","specversion":"1.0",'
    '"subject":"consents/01983a2b-7c1d-7e00-8000-000000000010","time":"2026-11-27T02:00:00.000000Z",'
    '"type":"xinqiao.consent.revoked"}'
)
ENDPOINT: dict[str, Any] = {
    "webhook": ID, "institution": "bank", "url": "https://hooks.bank.example/xinqiao", "topics": ["consent"],
    "status": "active", "failures": 0, "failing_since": None, "created_at": "2026-11-27T01:08:10+00:00", "entry": ENTRY,
}  # fmt: skip
SENT: dict[str, Any] = {
    "delivery": DELIVERY, "type": "xinqiao.consent.revoked", "state": "pending", "attempts": 1, "last_status": 503,
    "last_fault": None, "created_at": "2026-11-27T02:00:01+00:00", "next_at": "2026-11-27T02:00:06+00:00",
    "settled_at": None, "body": BODY,
}  # fmt: skip
KEY = {
    "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "kid", "alg": "Ed25519",
    "use": "sig", "whpk": "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
}  # fmt: skip
_OF_ONE = ("webhook-not-found",)

OPERATIONS: Mapping[str, Operation] = {
    "GET /.well-known/webhook-keys": Operation(answered={"keys": [KEY]}),
    "POST /v1/webhooks": Operation(
        ("invalid-webhook", "webhook-known", "too-many-webhooks"),
        sent={"url": "https://hooks.bank.example/xinqiao", "topics": ["consent"]},
        answered=ENDPOINT,
        gives={
            "webhook": (
                "GET /v1/webhooks/{webhook_id}", "GET /v1/webhooks/{webhook_id}/deliveries",
                "POST /v1/webhooks/{webhook_id}:test", "POST /v1/webhooks/{webhook_id}:{change}",
                "DELETE /v1/webhooks/{webhook_id}",
            )
        },
    ),
    "GET /v1/webhooks": Operation(
        answered={"webhooks": [ENDPOINT], "topics": [{"topic": "consent", "zh": "授权的每次变化",
                                                      "en": "every change of a consent"}]}
    ),
    "GET /v1/webhooks/{webhook_id}": Operation(_OF_ONE, answered=ENDPOINT),
    "DELETE /v1/webhooks/{webhook_id}": Operation(_OF_ONE),
    "GET /v1/webhooks/{webhook_id}/deliveries": Operation(_OF_ONE, answered={"deliveries": [SENT]}),
    "POST /v1/webhooks/{webhook_id}/deliveries/{message_id}:replay": Operation(
        (*_OF_ONE, "delivery-not-found", "webhook-disabled"), answered=SENT
    ),
    "POST /v1/webhooks/{webhook_id}:test": Operation((*_OF_ONE, "webhook-disabled"), answered=SENT),
    "POST /v1/webhooks/{webhook_id}:{change}": Operation(_OF_ONE, answered={**ENDPOINT, "status": "disabled"}),
}  # fmt: skip
