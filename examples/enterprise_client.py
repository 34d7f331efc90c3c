"""An enterprise's signatory sees what it was asked to permit and who asked about it; named a consent, it approves that.

python enterprise_client.py ISSUER SIGNATORY KEY_FILE [CONSENT]
"""

import sys

from xinqiao_client import Enterprise, XinqiaoError, load_key

issuer, signatory, key_file, *chosen = sys.argv[1:5]
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
except (XinqiaoError, ValueError) as refused:
    sys.exit(f"失败 failed: {refused}")
