"""What the instance signs of an approval on paper: by two officers, over these terms and this text."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from consent.errors import ApprovalError
from consent.manner import manner_of, verify_decision
from consent.paper import PaperApproval, sign_paper_approval, signer_of
from signing.keys import generate_key, public_jwk

KEY, ID, DIGEST = generate_key("Ed25519"), UUID(int=1), "d" * 64
NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)


def signed(entered_by="person:one", checked_by="person:two"):
    made = PaperApproval(
        signer_of("a" * 64), date(2026, 11, 26), "5" * 64, entered_by, checked_by, "zh", "谁可以查询: 某银行"
    )  # fmt: skip
    return sign_paper_approval(ID, DIGEST, made, NOW, KEY)


def test_it_says_who_the_two_were_which_scan_and_which_text():
    claims = verify_decision(signed(), [public_jwk(KEY)], ID, DIGEST, "approve")
    said = {"channel": "paper", "entered_by": "person:one", "checked_by": "person:two", "scan_sha256": "5" * 64}
    assert said.items() <= claims.items()
    assert said.items() <= manner_of(signed()).items()


def test_one_officer_alone_is_not_two():
    with pytest.raises(ApprovalError, match="another checks it"):
        verify_decision(signed(checked_by="person:one"), [public_jwk(KEY)], ID, DIGEST, "approve")


@pytest.mark.parametrize("other", [(UUID(int=2), DIGEST, "approve"), (ID, "e" * 64, "approve"), (ID, DIGEST, "reject")])
def test_it_holds_for_no_other_consent_terms_or_decision(other):
    with pytest.raises(ApprovalError):
        verify_decision(signed(), [public_jwk(KEY)], *other)
