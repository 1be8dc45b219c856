"""What an ARN or a serial tells."""

from __future__ import annotations

import pytest

from mfa_session.model.arns import account_of, device_kind, is_role_arn, region_for


@pytest.mark.parametrize(
    ("serial", "kind"),
    [
        ("arn:aws:iam::123456789012:mfa/carol", "virtual"),
        ("arn:aws-cn:iam::123456789012:mfa/team/carol", "virtual"),
        ("arn:aws:iam::123456789012:sms-mfa/carol", "virtual"),
        ("GAHT12345678", "hardware"),
        ("123456789", "hardware"),
        ("arn:aws:iam::123456789012:u2f/user/carol/key", "passkey"),
        ("arn:aws:iam::123456789012:user/carol", "user"),
        ("arn:aws:iam::123456789012:mfa/", "invalid"),
        ("arn:aws:iam::123456789012:mfa", "invalid"),
        ("arn:aws:s3::123456789012:mfa/carol", "invalid"),
        ("arn:aws:iam::123456789012:group/carol", "invalid"),
        ("12345678", "invalid"),
        ("with spaces", "invalid"),
        ("grüße1234", "invalid"),
        ("a:b:c:d:e", "invalid"),
        ("x" * 256, "hardware"),
        ("x" * 257, "invalid"),
        ("", "invalid"),
    ],
)
def test_device_kind(serial: str, kind: str) -> None:
    assert device_kind(serial) == kind


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("arn:aws:iam::123456789012:role/x", True),
        ("arn:aws-us-gov:iam::123456789012:role/path/x", True),
        ("arn:aws:iam::123456789012:role/", False),
        ("arn:aws:iam::123456789012:user/x", False),
        ("arn:aws:sts::123456789012:role/x", False),
        ("arn:aws:iam::12345678901:role/x", False),
        ("arn:aws:iam::12345678901x:role/x", False),
        ("arn:aws:iam::123456789012:role/x y", False),
        ("arn:aws:iam::123456789012:role/" + "x" * 2018, False),
        ("role/x", False),
        ("", False),
    ],
)
def test_is_role_arn(text: str, is_one: bool) -> None:
    assert is_role_arn(text) is is_one


@pytest.mark.parametrize(
    ("arn", "account"),
    [
        ("arn:aws:iam::123456789012:mfa/x", "123456789012"),
        ("GAHT12345678", None),
        ("arn:aws:s3:::bucket", None),
        (None, None),
    ],
)
def test_account_of(arn: str | None, account: str | None) -> None:
    assert account_of(arn) == account


def test_the_first_arn_that_names_a_known_partition_decides() -> None:
    china, commercial = "arn:aws-cn:iam::1:role/x", "arn:aws:iam::1:mfa/x"
    assert region_for("eu-west-1", None, china, commercial) == "cn-north-1"
    assert region_for("eu-west-1", commercial, china) == "eu-west-1"
    assert region_for("eu-west-1", None, "GAHT12345678") == "eu-west-1"
