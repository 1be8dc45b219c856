"""Command lines as they may be shown: what looks like a secret in their words is left out."""

from __future__ import annotations

from mfa_session.guard.scanning import is_plain
from mfa_session.model.quoting import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MASK = "***"
_SECRET_NAMES = ("password", "passwd", "passphrase", "secret", "token", "credential", "privatekey")
_ABBREVIATED = ("password", "secret", "token", "credential")
_SHORTEST = 4
"""Characters of an abbreviation."""
_ENDS_OF_NAMES = ("id", "ids", "arn", "arns", "name", "names", "policy")
"""What an option such as `--secret-id` ends in: it names the thing, and does not say it."""
_KEY_LENGTH = 40
_LONG_TOKEN = 100
_BLOB = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-")


def shown_command(words: Sequence[str]) -> str:
    """Return a command as a shell would take it, with `***` for what looks like a secret."""
    return " ".join(word if MASK in word else quote(word) for word in masked(words))


def masked(words: Sequence[str]) -> list[str]:
    """Return the words with `***` in the place of what looks like a secret."""
    return list(_masked(words))


def _masked(words: Sequence[str]) -> Iterator[str]:
    hides = False
    for word in words:
        is_option = not is_plain(word)
        if hides and not is_option:
            yield MASK
            continue
        name, equals, value = word.partition("=")
        hides = is_option and not equals and _is_secret_name(name)
        if equals and value and _is_secret_name(name):
            yield f"{name}={MASK}"
        else:
            yield _masked_value(word)


def _is_secret_name(name: str) -> bool:
    """Say whether `--master-user-password`, `DB_PASSWORD` or the like names a secret."""
    parts = name.lower().strip("-").replace("_", "-").split("-")
    if parts[-1] in _ENDS_OF_NAMES:
        return False
    if any(secret in "".join(parts) for secret in _SECRET_NAMES):
        return True
    last = parts[-1]  # perhaps abbreviated: --master-user-pass
    return len(last) >= _SHORTEST and any(secret.startswith(last) for secret in _ABBREVIATED)


def _masked_value(word: str) -> str:
    """Hide what a value gives away by its look: keys, user names in URLs, JSON with a password."""
    if _looks_like_key(word):
        return MASK
    if word[:1] in "{[" and any(f'{secret}"' in word.lower() for secret in _SECRET_NAMES):
        return MASK
    scheme, separator, rest = word.partition("://")
    host = rest.partition("/")[0]
    if separator and "@" in host and ":" in host.rpartition("@")[0]:
        return f"{scheme}://{MASK}@{rest.partition('@')[2]}"
    return word


def _looks_like_key(word: str) -> bool:
    """Say whether it may be a secret access key (40 characters) or a session token (longer)."""
    if not _BLOB.issuperset(word) or "-" in word[:1]:
        return False
    has_all = any(map(str.isupper, word)) and any(map(str.islower, word))
    digits = any(map(str.isdigit, word))
    return has_all and digits and (len(word) == _KEY_LENGTH or len(word) >= _LONG_TOKEN)
