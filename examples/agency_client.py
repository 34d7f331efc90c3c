"""An agency's client: log in with a key, push a file, print what came of its rows. Needs httpx and joserfc."""

import json
import sys
import time
import uuid
from pathlib import Path

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

issuer, agency, key_file, dataset, file = sys.argv[1:6]
key = ECKey.import_key(json.loads(Path(key_file).read_text()))
now = int(time.time())
claims = {"iss": agency, "sub": agency, "aud": issuer, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4())}
form = {
    "grant_type": "client_credentials",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, claims, key),
}
token = httpx.post(f"{issuer}/oauth/token", data=form).raise_for_status().json()["access_token"]
headers = {"Authorization": f"Bearer {token}", "Batch-Id": f"{Path(file).name}-{now}"}
url = f"{issuer}/v1/datasets/{dataset}/batches"
batch = httpx.post(url, content=Path(file).read_bytes(), headers=headers, timeout=600)
print(json.dumps(batch.json(), ensure_ascii=False, indent=2))
sys.exit(0 if batch.is_success else 1)
