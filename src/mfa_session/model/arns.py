"""ARNs of every partition: account, kind of device, region."""

from __future__ import annotations

from mfa_session.model.record import Record

ARN_PARTS = 6
SERIAL_LENGTHS = range(9, 257)
ROLE_ARN_LENGTHS = range(20, 2049)
ACCOUNT_DIGITS = 12
GIVE_CODES = ("virtual", "hardware")
"""The kinds of devices whose codes AWS's API accepts."""
ASK_IAM = "omit --mfa-serial (MFA_SESSION_MFA_SERIAL, mfa_serial), so that IAM is asked"
_ROLE = "role/"
UPPER_CASE, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
LETTERS_AND_DIGITS = UPPER_CASE + UPPER_CASE.lower() + DIGITS
REGION_CHARACTERS = frozenset(UPPER_CASE.lower() + DIGITS + "-")
"""Services and labels of host names have the same."""
_SERIAL_CHARACTERS = frozenset(LETTERS_AND_DIGITS + "_+=/:,.@-")
_PARTITIONS = {
    "aws-cn": ("cn-", "cn-north-1"),
    "aws-us-gov": ("us-gov-", "us-gov-west-1"),
    "aws-eusc": ("eusc-", "eusc-de-east-1"),
    "aws-iso": ("us-iso-", "us-iso-east-1"),
    "aws-iso-b": ("us-isob-", "us-isob-east-1"),
    "aws-iso-e": ("eu-isoe-", "eu-isoe-west-1"),
    "aws-iso-f": ("us-isof-", "us-isof-south-1"),
    "aws": ("", "us-east-1"),
}
"""The start of each partition's regions, and its home region; `aws` has all other regions."""
GLOBAL_SERVICES = (
    "account:", "aws-portal:", "budgets:", "ce:", "cloudfront:", "iam:", "organizations:",
    "route53:", "savingsplans:",
)  # fmt: skip
"""The starts of actions that count as requests to one region of the partition."""


class Arn(Record):
    """The six parts of an Amazon Resource Name that matter here."""

    partition: str
    service: str
    account: str
    resource: str


def parse_arn(text: str) -> Arn | None:
    """Return the parts of an ARN, or None for another text."""
    parts = text.split(":", 5)
    if len(parts) != ARN_PARTS or parts[0] != "arn" or not parts[1] or not parts[5]:
        return None
    return Arn(partition=parts[1], service=parts[2], account=parts[4], resource=parts[5])


def account_of(arn: str | None) -> str | None:
    """Return the account id in an ARN, or None (a hardware device's serial has none)."""
    parsed = parse_arn(arn) if arn else None
    return parsed.account or None if parsed else None


def device_kind(serial: str) -> str:
    r"""Return `virtual`, `hardware`, `passkey`, `user` (a user's ARN) or `invalid` for a serial.

    Shape: 9 to 256 of `[\\w+=/:,.@-]` (STS API reference, GetSessionToken, SerialNumber).
    IAM's ListMFADevices returns no type, so the serial decides.
    """
    if len(serial) not in SERIAL_LENGTHS or not _SERIAL_CHARACTERS.issuperset(serial):
        return "invalid"
    arn = parse_arn(serial)
    if arn is None:
        return "invalid" if serial.startswith("arn:") or ":" in serial else "hardware"
    kinds = {"mfa": "virtual", "sms-mfa": "virtual", "u2f": "passkey", "user": "user"}
    kind, slash, name = arn.resource.partition("/")
    known = arn.service == "iam" and slash and name
    return kinds.get(kind, "invalid") if known else "invalid"


def gives_codes(serial: str) -> bool:
    """Say whether AWS's API accepts the codes of the device with this serial."""
    return device_kind(serial) in GIVE_CODES


def is_role_arn(text: str) -> bool:
    """Say whether `text` can be a role's ARN (STS API reference: 20 to 2048 characters)."""
    arn = parse_arn(text)
    if arn is None or len(text) not in ROLE_ARN_LENGTHS or text.split() != [text]:
        return False
    account = len(arn.account) == ACCOUNT_DIGITS and arn.account.isdigit()
    named = arn.resource.startswith(_ROLE) and arn.resource != _ROLE
    return arn.service == "iam" and account and named


def region_partition(region: str) -> str:
    """Return the partition of a region, by its name."""
    return next(name for name, (start, _) in _PARTITIONS.items() if region.startswith(start))


def home_region(partition: str, service: str) -> str:
    """Return the region of a partition's requests to a global service, "" if unknown.

    Source: botocore's endpoints.json.
    """
    in_china_elsewhere = partition == "aws-cn" and service != "iam"
    return "cn-northwest-1" if in_china_elsewhere else _PARTITIONS.get(partition, ("", ""))[1]


def region_for(region: str | None, *arns: str | None) -> str | None:
    """Return the region to call for these ARNs: `region`, unless it is of another partition.

    A GovCloud device cannot be reached through `us-east-1`; another partition's region is replaced
    by the home region. For unknown partitions, return `region`.
    """
    for text in arns:
        arn = parse_arn(text) if text else None
        if arn is not None and arn.partition in _PARTITIONS:
            fits = region_partition(region or "") == arn.partition
            return region if fits else _PARTITIONS[arn.partition][1]
    return region
