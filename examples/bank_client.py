"""A bank asks about an enterprise and prints the signed answer."""

import json
import sys

from xinqiao_client import ProblemError, Xinqiao, load_key

issuer, client_id, key_file, uscc = sys.argv[1:5]
with Xinqiao(issuer, client_id, load_key(key_file)) as bank:
    try:
        print(json.dumps(bank.ask(uscc, product="score", purpose="pre_loan"), ensure_ascii=False, indent=2))
    except ProblemError as refused:
        sys.exit(str(refused))
