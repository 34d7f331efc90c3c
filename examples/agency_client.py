"""An agency pushes a file and prints what came of its rows."""

import json
import sys

from xinqiao_client import ProblemError, Xinqiao, load_key

issuer, agency, key_file, dataset, file = sys.argv[1:6]
with Xinqiao(issuer, agency, load_key(key_file)) as client:
    try:
        print(json.dumps(client.push(dataset, file), ensure_ascii=False, indent=2))
    except ProblemError as refused:
        sys.exit(str(refused))
