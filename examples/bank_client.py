"""A bank's client: log in with a key, ask about an enterprise, print the signed answer. Needs httpx and joserfc."""

import json
import sys
import time
import uuid
from pathlib import Path

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

issuer, client_id, key_file, uscc = sys.argv[1:5]
key = ECKey.import_key(json.loads(Path(key_file).read_text()))
now = int(time.time())
claims = {"iss": client_id, "sub": client_id, "aud": issuer, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4())}
form = {
    "grant_type": "client_credentials",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, claims, key),
}
token = httpx.post(f"{issuer}/oauth/token", data=form).raise_for_status().json()["access_token"]
headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
question = {"subject": uscc, "product": "score", "purpose": "pre_loan"}
answer = httpx.post(f"{issuer}/v1/inquiries", json=question, headers=headers)
print(json.dumps(answer.json(), ensure_ascii=False, indent=2))
sys.exit(0 if answer.is_success else 1)
