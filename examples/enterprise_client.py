"""An enterprise's signatory sees what it was asked to permit and who asked about it; given a consent, approves that."""

import sys

USAGE = ".venv/bin/python examples/enterprise_client.py ISSUER SIGNATORY KEY_FILE [CONSENT]"
try:
    from xinqiao_client import Enterprise, XinqiaoError, load_key
except ModuleNotFoundError as missing:
    sys.exit(f"缺少 {missing.name}，请这样运行 {missing.name} is not installed; run it so: {USAGE}")
if len(sys.argv) not in {4, 5}:
    sys.exit(f"用法 usage: {USAGE}")

issuer, signatory, key_file, *chosen = sys.argv[1:]
try:
    with Enterprise(issuer, signatory, load_key(key_file)) as enterprise:
        for consent in chosen:
            print(f"已同意 approved: {enterprise.approve(consent)['consent']}")
        for consent in enterprise.consents(status="requested"):
            print(
                f"待答复 waiting: {consent['consent']}",
                *consent["in_words"]["zh"],
                *consent["in_words"]["en"],
                sep="\n  ",
            )
        for one in enterprise.questions():
            print(
                f"{one['asked_at']} {one['institution_name']} {one['purpose']} {one['outcome']} {one['reason'] or ''}"
            )
except (XinqiaoError, OSError, ValueError) as refused:
    sys.exit(f"失败 failed: {refused}")
