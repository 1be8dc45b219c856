"""Refuses what AWS would refuse, before a code is asked: pasted keys, names, ARNs, durations.

The shapes are those of the STS API reference.
"""

from __future__ import annotations

from mfa_session.model.arns import ASK_IAM, LETTERS_AND_DIGITS, device_kind, is_role_arn
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import KEY_ID_CHARACTERS, SESSION_KEY_PREFIX, has_lost_key_id
from mfa_session.model.settings import CHAINED_LIMIT_SECONDS
from mfa_session.model.times import spell_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_session.model.settings import Settings
    from mfa_session.session.context import Inputs

DURATION_LIMITS_SECONDS = {"mfa": (900, 129600), "role": (900, 43200)}
ID, SECRET, TOKEN = "aws_access_key_id", "aws_secret_access_key", "aws_session_token"
_SECRET_LETTERS = frozenset(LETTERS_AND_DIGITS + "/+=")
_LONG_TERM_PREFIX = "AKIA"


def check_pasted_keys(inputs: Inputs, profile: str) -> None:
    """Refuse a profile whose long-term keys cannot be keys; say the file, the line and why."""
    profiles = inputs.profiles
    document, section = profiles.credentials, inputs.profiles.in_credentials(profile)
    if ID not in section and SECRET not in section:
        document, section = profiles.config, profiles.in_config(profile)

    def place_of(key: str) -> str:
        header = profile if document is profiles.credentials else profiles.headers()[profile]
        return f"{document.path}, line {document.line_of(header, key)}"

    _check_pair(place_of, section, profile)


def _check_pair(place_of: Callable[[str], str], section: Mapping[str, str], profile: str) -> None:
    key_id, secret = section.get(ID, "").strip(), section.get(SECRET, "").strip()
    if key_id.startswith(SESSION_KEY_PREFIX) or not (key_id or secret):
        return
    if has_lost_key_id(section):  # a login writes it anew
        return
    if not key_id or not secret:
        there, missing = (ID, SECRET) if key_id else (SECRET, ID)
        raise ConfigurationError(
            "partial-keys",
            f"{place_of(there)}: profile {profile!r} has {there} but no {missing}",
            _configure(profile, "and enter both"),
        )
    flaw = find_flaw(section)
    if flaw is not None:
        raise ConfigurationError(
            "bad-keys",
            f"{place_of(flaw[0])}: {flaw[1]}, in profile {profile!r}",
            _configure(profile, "and paste both values as AWS shows them"),
        )
    if section.get(TOKEN, "").strip() and key_id.startswith(_LONG_TERM_PREFIX):
        from mfa_session.model.text import quote  # noqa: PLC0415  # on the way out only

        place = place_of(TOKEN)
        raise ConfigurationError(
            "old-session-token",
            f"{place}: profile {profile!r} has a session token beside a long-term key, "
            "which AWS refuses together",
            f"delete that line, or run `aws configure set {TOKEN} '' --profile {quote(profile)}`",
        )


def find_flaw(
    values: Mapping[str, str], names: tuple[str, str] = (ID, SECRET)
) -> tuple[str, str] | None:
    """Return which of two values cannot be a key's, and why, without showing it; None if both can.

    `names` are those of the key id and the secret.
    """
    key_id, secret = (values[name].strip() for name in names)
    if secret.startswith(_LONG_TERM_PREFIX) and KEY_ID_CHARACTERS.issuperset(secret):
        return names[0], "the key id and the secret are swapped"
    for name, value, letters in zip(
        names, (key_id, secret), (KEY_ID_CHARACTERS, _SECRET_LETTERS), strict=True
    ):
        if not letters.issuperset(value):
            return name, f"{name} {_flaw_of(value)}"
    return None


def _configure(profile: str, then: str) -> str:
    from mfa_session.model.text import quote  # noqa: PLC0415  # on the way out only

    return f"run `aws configure --profile {quote(profile)}` {then}"


def _flaw_of(value: str) -> str:
    if value[:1] in {'"', "'"}:
        return "is in quotes, which are read as part of it"
    if " #" in value or " ;" in value:
        return "has a comment behind it, which is read as part of it"
    if any(letter.isspace() for letter in value):
        return "has a blank in it"
    return "has a character that no key has"


def check_shapes(settings: Settings) -> None:
    """Refuse what AWS would refuse."""
    if settings.via is not None and settings.role_arn is None:
        raise ConfigurationError(
            "no-role",
            f"it is to be reached from session {settings.via.name!r}, but no role is given",
            "give the role (role_arn or --role-arn), or name a source profile with long-term keys",
        )
    if settings.role_arn is not None:
        check_role_arn(settings.role_arn)
    name, external_id = settings.role_session_name, settings.external_id
    if name is not None and not _fits(name, 64, "_+=,.@-"):
        raise ConfigurationError(
            "bad-role-session-name",
            f"{name!r} cannot be a role session's name",
            "2 to 64 letters, digits and _ + = , . @ -",
        )
    if external_id is not None and not _fits(external_id, 1224, "_+=,.@:/-"):
        raise ConfigurationError(
            "bad-external-id",
            f"{external_id!r} cannot be an external id",
            "2 to 1224 letters, digits and _ + = , . @ : / -",
        )
    if settings.mfa_serial is not None:
        check_serial(settings.mfa_serial)
    is_chained = settings.via is not None and settings.via.role_arn is not None
    check_duration(settings.duration, settings.kind, is_chained=is_chained)


def check_role_arn(arn: str) -> None:
    """Refuse what is not the ARN of a role."""
    if not is_role_arn(arn):
        raise ConfigurationError(
            "bad-role-arn",
            f"{arn!r} is not a role ARN",
            "a role ARN looks like arn:aws:iam::123456789012:role/NAME",
        )


def _fits(text: str, longest: int, signs: str) -> bool:
    allowed = frozenset(LETTERS_AND_DIGITS + signs)
    return len(text) in range(2, longest + 1) and allowed.issuperset(text)


def check_serial(serial: str) -> None:
    """Refuse what cannot be the serial of a device that STS takes."""
    kind = device_kind(serial)
    if kind == "user":
        raise ConfigurationError(
            "serial-is-user",
            f"{serial} is the ARN of a user, not of an MFA device",
            f"the device's may be {serial.replace(':user/', ':mfa/')}; {ASK_IAM}",
        )
    if kind == "passkey":
        raise ConfigurationError(
            "passkey-device",
            f"{serial} is a passkey or security key: AWS's API cannot use it for sessions",
            "add a virtual MFA device (an authenticator app) to your user as well",
        )
    if kind == "invalid":
        raise ConfigurationError(
            "bad-serial",
            f"{serial!r} cannot be the serial of an MFA device",
            f"a virtual device's looks like arn:aws:iam::123456789012:mfa/NAME; {ASK_IAM}",
        )


def check_duration(seconds: int, kind: str = "mfa", *, is_chained: bool = False) -> int:
    """Return the seconds. Raises ConfigurationError `duration-out-of-range`.

    `is_chained`: it is a role's session, obtained from another role's.
    """
    least, most = DURATION_LIMITS_SECONDS[kind]
    if not least <= seconds <= most:
        what = "a role session" if kind == "role" else "an MFA session"
        raise ConfigurationError(
            "duration-out-of-range",
            f"{spell_duration(seconds)} is out of range: "
            f"{what} lasts {spell_duration(least)} to {most // 3600}h",
            "ask for less" if seconds > most else "ask for more",
            add=("--duration", f"{most // 3600}h" if seconds > most else "15m"),
        )
    if is_chained and seconds > CHAINED_LIMIT_SECONDS:
        raise ConfigurationError(
            "duration-out-of-range",
            "a role reached from another role's session lasts 1 h at most",
            "ask for 1h or less",
            add=("--duration", "1h"),
        )
    return seconds
