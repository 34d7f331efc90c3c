"""An enterprise's signatory lists what it was asked to permit, or approves the consent it names."""

import json
import sys

import httpx

from xinqiao_client import XinqiaoAuth, load_key
from xinqiao_client.keys import sign

issuer, signatory, key_file, *chosen = sys.argv[1:5]
key = load_key(key_file)
with httpx.Client(base_url=issuer, auth=XinqiaoAuth(issuer, signatory, key)) as client:
    if not chosen:
        print(json.dumps(client.get("/v1/consents").json(), ensure_ascii=False, indent=2))
        sys.exit()
    consent = client.get(f"/v1/consents/{chosen[0]}").json()
    claims = {"consent_id": chosen[0], "terms_sha256": consent.get("terms_sha256"), "decision": "approve"}
    approval = sign({"kid": key.kid or key.thumbprint(), "typ": "xinqiao-consent-approval+jws"}, claims, key)
    answer = client.post(f"/v1/consents/{chosen[0]}/approve", json={"approval": approval})
    print(json.dumps(answer.json(), ensure_ascii=False, indent=2))
    sys.exit(answer.is_error)
