"""What the operations over all rooms answer."""

from collections.abc import Mapping

from gateway.overview.routes import LINKS
from gateway.web.operations import Operation

OPERATIONS: Mapping[str, Operation] = {
    "GET /": Operation(
        answered={name: f"http://127.0.0.1:8000{path}" for name, path in LINKS.items()},
        also={303: "浏览器转到控制台 A browser is led to the console."},
        media_type="application/json",
    ),
    "GET /v1/admin/health": Operation(
        answered={
            "state": "warn",
            "said": {"zh": "除 1 次对外报送被拒外，一切正常。", "en": "All is well but for deliveries refused: 1."},
            "findings": [
                {
                    "name": "deliveries",
                    "state": "warn",
                    "said": {"zh": "待送 0，被拒 1，队列 0", "en": "0 waiting, 1 refused, 0 queued"},
                    "number": 1,
                    "since": "2026-11-27T02:00:00+00:00",
                    "until": None,
                    "to_do": {
                        "zh": "查看被拒的原因，改好后重报",
                        "en": "see why it was refused; mend it and try again",
                    },
                }
            ],
        },
    ),
    "GET /v1/waiting": Operation(
        answered={
            "count": 1,
            "more": False,
            "waiting": [
                {
                    "kind": "held",
                    "page": "/console/held",
                    "more": False,
                    "items": [
                        {
                            "id": "01983a2b-7c1d-7e00-8000-000000000050",
                            "names": {"agency": "tax", "dataset": "tax_arrears"},
                            "since": "2026-11-27T01:41:00Z",
                            "until": "2026-12-27T01:41:00Z",
                            "page": "/console/held/01983a2b-7c1d-7e00-8000-000000000050",
                        }
                    ],
                }
            ],
        },
    ),
    "GET /v1/overview": Operation(
        answered={
            "at": "2026-11-27T06:32:08Z",
            "subjects": {"known": 301442, "new_today": 86},
            "feeds": {
                "as_promised": 54,
                "late": 1,
                "never_came": 3,
                "each": [
                    {
                        "agency": "tax",
                        "dataset": "tax_arrears",
                        "category": "tax",
                        "promise_days": 7,
                        "last": "2026-11-18T01:00:00Z",
                        "late_days": 3,
                        "records": 4870,
                    }
                ],
            },
            "inquiries_today": {
                "asked": 1,
                "denied": 0,
                "asked_by_hour": [*[0] * 9, 1, *[0] * 14],
                "denied_by_hour": [0] * 24,
                "denials_by_reason": {},
                "by_institution": [
                    {
                        "institution": "bank",
                        "name": "某银行",
                        "kind": "bank",
                        "asked": 1,
                        "answered": 1,
                        "denied": 0,
                    }
                ],
            },
            "enterprises_by_band": {"excellent": 0, "good": 764, "fair": 200, "poor": None},
            "platforms": [{"platform": "city", "role": "city", "sent": 30, "waiting": 0, "refused": 0, "receipts": 30}],
        },
    ),
}
