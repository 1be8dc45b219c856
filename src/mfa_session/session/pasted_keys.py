"""Long-term keys as people paste them: what cannot be a key is refused before a code is asked."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import SESSION_KEY_PREFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from mfa_session.session.inputs import Inputs

ID, SECRET, TOKEN = "aws_access_key_id", "aws_secret_access_key", "aws_session_token"
_ID_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_SECRET_LETTERS = _ID_LETTERS | frozenset("abcdefghijklmnopqrstuvwxyz/+=")
_LONG_TERM_PREFIX = "AKIA"


def check_pasted_keys(inputs: Inputs, profile: str) -> None:
    """Refuse a profile whose long-term keys cannot be keys; say the file, the line and why.

    Raises ConfigurationError: `partial-keys` for half a pair, `old-session-token` for a token
    beside a long-term key, `bad-keys` for what is quoted, has a comment or blanks, or is swapped.
    """
    profiles = inputs.profiles
    places = (
        (profiles.credentials, profile, profiles.in_credentials(profile)),
        (profiles.config, profiles.header_of(profile), profiles.in_config(profile)),
    )
    for document, header, section in places:
        if section and (ID in section or SECRET in section):

            def place_of(key: str, document: Any = document, header: str = header) -> str:
                return f"{document.path}, line {document.line_of(header, key)}"

            _check(place_of, section, profile)
            return


def _check(place_of: Callable[[str], str], section: Mapping[str, str], profile: str) -> None:
    key_id, secret = section.get(ID, "").strip(), section.get(SECRET, "").strip()
    if key_id.startswith(SESSION_KEY_PREFIX) or not (key_id or secret):
        return
    if not key_id or not secret:
        there, missing = (ID, SECRET) if key_id else (SECRET, ID)
        raise ConfigurationError(
            "partial-keys",
            f"{place_of(there)}: profile {profile!r} has {there} but no {missing}",
            f"run `aws configure --profile {profile}` and enter both",
        )
    if secret.startswith(_LONG_TERM_PREFIX) and _ID_LETTERS.issuperset(secret):
        raise _bad(place_of(ID), profile, "the key id and the secret are swapped")
    for key, value, letters in ((ID, key_id, _ID_LETTERS), (SECRET, secret, _SECRET_LETTERS)):
        if not letters.issuperset(value):
            raise _bad(place_of(key), profile, f"{key} {_flaw_of(value)}")
    if section.get(TOKEN, "").strip() and key_id.startswith(_LONG_TERM_PREFIX):
        place = place_of(TOKEN)
        raise ConfigurationError(
            "old-session-token",
            f"{place}: profile {profile!r} has a session token beside a long-term key, "
            "which AWS refuses together",
            f"delete that line, or run `aws configure set {TOKEN} '' --profile {profile}`",
        )


def _bad(place: str, profile: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        "bad-keys",
        f"{place}: {what}, in profile {profile!r}",
        f"run `aws configure --profile {profile}` and paste both values as AWS shows them",
    )


def _flaw_of(value: str) -> str:
    """Say what is wrong with a value, without showing it."""
    if value[:1] in {'"', "'"}:
        return "is in quotes, which are read as part of it"
    if " #" in value or " ;" in value:
        return "has a comment behind it, which is read as part of it"
    if any(letter.isspace() for letter in value):
        return "has a blank in it"
    return "has a character that no key has"
