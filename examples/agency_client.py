"""An agency pushes a file and prints what came of its rows."""

import json
import sys

USAGE = ".venv/bin/python examples/agency_client.py ISSUER AGENCY KEY_FILE DATASET FILE"
try:
    from xinqiao_client import Xinqiao, XinqiaoError, load_key
except ModuleNotFoundError as missing:
    sys.exit(f"缺少 {missing.name}，请这样运行 {missing.name} is not installed; run it so: {USAGE}")
if len(sys.argv) != len(USAGE.split()) - 1:
    sys.exit(f"用法 usage: {USAGE}")

issuer, agency, key_file, dataset, file = sys.argv[1:]
try:
    with Xinqiao(issuer, agency, load_key(key_file)) as client:
        print(json.dumps(client.push(dataset, file), ensure_ascii=False, indent=2))
except OSError as unread:
    sys.exit(f"失败 failed: 文件 {unread.filename} 不能读 cannot be read: is it there, and a file?")
except (XinqiaoError, ValueError) as fault:
    sys.exit(f"失败 failed: {fault}")
