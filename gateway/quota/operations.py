"""What the operations of quota answer."""

from collections.abc import Mapping
from typing import Any

from gateway.web.operations import Operation

INQUIRY, ENTRY = "01983a2b-7c1d-7e00-8000-000000000001", "01983a2b-7c1d-7e00-8000-000000000020"

COST: dict[str, Any] = {
    "product": "score",
    "version": 1,
    "units": 2,
    "state": "in-force",
    "effective_from": "2026-11-27T01:08:10+00:00",
    "until": None,
    "reason": "年度调整 yearly review",
    "entry": ENTRY,
}

RATE: dict[str, Any] = {
    "measure": "rate",
    "limit": 200,
    "source": "own",
    "effective_from": "2026-11-27T01:08:10+00:00",
    "reason": "压测期间 while load is tested",
}
OWN_RATE = {name: value for name, value in RATE.items() if name != "reason"}
OF_ONE: dict[str, Any] = {"scope": "account", "id": "bank-1"}
COMMON: dict[str, Any] = {**RATE, "limit": 500, "source": "program", "effective_from": None, "reason": None}

OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/quota/costs": Operation(answered={"costs": [COST]}),
    "GET /v1/admin/quota/costs": Operation(answered={"costs": [COST]}),
    "GET /v1/rates": Operation(answered={**OF_ONE, "rates": [OWN_RATE]}),
    "GET /v1/admin/rates": Operation(
        answered={
            "common": {"account": [COMMON], "institution": [COMMON], "signatory": [COMMON]},
            "own": [{**OF_ONE, **RATE}],
        }
    ),
    "GET /v1/admin/rates/{scope}/{scope_id}": Operation(("not-found",), answered={**OF_ONE, "rates": [RATE]}),
    "GET /v1/quota/ledger": Operation(
        answered={
            "entries": [
                {
                    "entry": ENTRY,
                    "day": "2026-11-27",
                    "inquiry": INQUIRY,
                    "account": "bank-1",
                    "product": "score",
                    "units": 1,
                    "overdraft": 0,
                    "kind": "charge",
                    "reverses": None,
                    "reason": None,
                }
            ],
            "next": None,
        }
    ),
    "GET /v1/quota/ledger.csv": Operation(
        answered="entry,day,inquiry,account,product,units,overdraft,kind,reverses,reason\n…"
    ),
    "GET /v1/quota/months": Operation(
        answered={
            "months": [
                {
                    "month": "2026-10",
                    "scope": "account",
                    "id": "bank-1",
                    "charges": 40,
                    "reversals": 0,
                    "units": 40,
                    "products": {"score": 40},
                    "signature": "eyJhbGciOiJFZERTQSJ9.eyJ2IjoxfQ.c2ln",
                    "closed_at": "2026-10-31T16:01:00+00:00",
                    "entry": ENTRY,
                }
            ]
        }
    ),
    "GET /v1/quota/months.csv": Operation(
        answered="month,scope,id,charges,reversals,units,closed_at,entry,signature\n…"
    ),
    "POST /v1/admin/quota/reconcile": Operation(answered={"equal": True, "differences": []}),
    "GET /v1/quota": Operation(
        answered={
            "account": "bank-1",
            "day": {"used": 3, "reserved": 0, "limit": 100, "resets_in_seconds": 53510},
            "month": {"used": 40, "reserved": 0, "limit": 2000, "resets_in_seconds": 312710},
            "limits": [
                {
                    "policy": "acct-day",
                    "product": "*",
                    "unit": "unit",
                    "period": "day",
                    "used": 3,
                    "reserved": 0,
                    "limit": 100,
                    "overdraft_pct": 0,
                    "granted": 0,
                    "left": 97,
                    "resets_at": "2026-11-27T16:00:00+00:00",
                }
            ],
            "remaining": 97,
            "costs": {"score": 1, "health_check": 3},
            "unit": "score = 1",
        },
    ),
}
