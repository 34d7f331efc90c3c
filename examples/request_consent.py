"""A bank asks an enterprise to permit inquiries, and prints the id of the consent."""

import sys

USAGE = ".venv/bin/python examples/request_consent.py ISSUER CLIENT_ID KEY_FILE CREDIT_CODE"
try:
    from xinqiao_client import Xinqiao, XinqiaoError, load_key
except ModuleNotFoundError as missing:
    sys.exit(f"缺少 {missing.name}，请这样运行 {missing.name} is not installed; run it so: {USAGE}")
if len(sys.argv) != len(USAGE.split()) - 1:
    sys.exit(f"用法 usage: {USAGE}")

issuer, client_id, key_file, uscc = sys.argv[1:]
try:
    with Xinqiao(issuer, client_id, load_key(key_file)) as bank:
        print(bank.request_consent(uscc, purpose="pre_loan", products=["score"])["consent"])
except (XinqiaoError, OSError, ValueError) as fault:
    sys.exit(f"失败 failed: {fault}")
