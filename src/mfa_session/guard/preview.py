"""What a protected command will hit, shown before it runs.

The command is shown with its secrets masked, then the account, the region and the targets: the
machines, buckets and stacks that its words name.
"""

from __future__ import annotations

import time

from mfa_session.guard.scanning import is_plain
from mfa_session.model.feature_ports import INSTANCE, Target
from mfa_session.model.ports import Caller
from mfa_session.model.record import Record
from mfa_session.model.text import printable, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from mfa_session.guard.aws_words import AwsCall
    from mfa_session.guard.plan import Regions
    from mfa_session.guard.verdict import Verdict
    from mfa_session.model.session import Keys
    from mfa_session.session.context import Context


LIMIT_SECONDS = 3.0
"""For all that is asked of AWS at a time; the rest is shown without it."""
MOST_LINES = 20
MOST_CHARACTERS = 300
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
BUCKET = "bucket"
_NAMING_ENDS = ("id", "ids", "name", "names", "identifier", "identifiers", "arn", "arns", "url")
_BUCKET_SCHEME = "s3://"
_FILE_SCHEMES = ("file://", "fileb://")
_INPUT = ("cli-input-json", "cli-input-yaml")
_HEX = frozenset("0123456789abcdef")


class Known(Record):
    """What is known of what will be hit: the account, its alias, and the targets."""

    account: str | None = None
    alias: str | None = None
    targets: tuple[Target, ...] = ()

    def is_whole(self) -> bool:
        """Say whether AWS has told of the account, its alias and every machine."""
        told = all(target.state or not _can_be_asked(target) for target in self.targets)
        return bool(self.account and self.alias and told)


class Preview:
    """Shows what will be hit, as far as it is known; later only what is new."""

    def __init__(self, ctx: Context, verdict: Verdict, regions: Regions) -> None:
        """Take what the command line names."""
        self._ctx = ctx
        self._call = verdict.call
        self._rule = verdict.rule
        self._regions = regions
        self._known = Known(targets=named_targets(self._call) if self._call else ())
        self._told: set[str] = set()

    def announce(self, words: Sequence[str]) -> None:
        """Tell which command it is, and the rule that protects it."""
        line = printable(shown_command(words))
        line = line if len(line) <= MOST_CHARACTERS else line[:MOST_CHARACTERS] + "…"
        self._ctx.console.say(f"mfa-session: protected, by {self._rule}: {line}")

    def show(self, using: str, account: str | None, keys: Keys | None, profile: str | None) -> None:
        """Tell the account, the region and the targets, once AWS was asked with `keys` if given.

        `profile` says how AWS is reached. Lines that were shown before are not shown again.
        """
        known = self._known
        self._known = known = known.replace(account=account or known.account)
        elsewhere = self._call is not None and self._call.endpoint is not None
        if keys is not None and not elsewhere and not known.is_whole():
            self._ask(Caller(keys=keys, profile=profile, region=self._regions.only))
        for line in self._lines(using):
            if line not in self._told:
                self._told.add(line)
                self._ctx.console.say(f"  {line}")

    def _ask(self, caller: Caller) -> None:
        """Find out what can be found out in time; what cannot be is left as it was named."""
        known, lookups = self._known, self._ctx.make.lookups(caller)
        ends_at = time.monotonic() + LIMIT_SECONDS

        def in_time(ask: Callable[[], Any]) -> Any:
            return self._ctx.make.limited(ask, max(0.0, ends_at - time.monotonic()))

        # The account first: it is what a person must see if there is time for one answer only.
        account = known.account or in_time(lookups.account_id)
        asked = [target for target in known.targets if _can_be_asked(target)]
        seen: Mapping[Target, Target] = {}
        if asked and self._regions.only is not None:
            seen = in_time(lambda: lookups.describe(asked)) or {}
        targets = tuple(seen.get(target, target) for target in known.targets)
        alias = known.alias or in_time(lookups.alias)
        self._known = Known(account=account, alias=alias, targets=targets)

    def _lines(self, using: str) -> list[str]:
        known, call = self._known, self._call
        alias = f" ({printable(known.alias)})" if known.alias else ""
        region = " or ".join(map(printable, self._regions.names)) or "not set"
        lines = [f"account {known.account or 'not known'}{alias}, region {region}, with {using}"]
        if call is not None and call.endpoint is not None:
            endpoint = shown_command((call.endpoint,))
            lines.append(f"endpoint  {printable(endpoint)}  named by the command")
        lines += [target.line() for target in known.targets[:MOST_LINES]]
        if len(known.targets) > MOST_LINES:
            lines.append(f"and {len(known.targets) - MOST_LINES} more")
        return lines


def _can_be_asked(target: Target) -> bool:
    return target.kind == INSTANCE and target.id.startswith("i-") and target.state is None


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


def named_targets(call: AwsCall) -> tuple[Target, ...]:
    """Return what the command line names, in its order, each once."""
    return tuple(dict.fromkeys(_named(call)))


def _named(call: AwsCall) -> Iterator[Target]:
    if call.service == "s3":
        for word in call.plain_words():
            if word.startswith(_BUCKET_SCHEME):
                yield Target(kind="s3 path" if "/" in word[5:] else BUCKET, id=word)
    for option in call.options():
        name = option.removeprefix("--")
        for value in call.values(option):
            kind = _kind(name, value, call)
            if kind is None:
                continue
            for item in _items(value):
                yield _target(kind, item)


def _target(kind: str, item: str) -> Target:
    if item.startswith(_FILE_SCHEMES):
        return Target(kind=kind, id=f"named in {item}")
    return Target(kind=INSTANCE if _is_instance_id(item) else kind, id=item)


def _kind(option: str, value: str, call: AwsCall) -> str | None:
    """Return what an option such as `--stack-name` names, if it names what will be hit.

    An abbreviation (`--stack-n`) is called as it is written: what it stands for depends on the
    operation's other options.
    """
    head, _, end = option.rpartition("-")
    if end in _NAMING_ENDS or option == BUCKET:
        return head.replace("-", " ") if head else option
    if option in _INPUT and value.startswith(_FILE_SCHEMES):
        return f"--{option}"
    begins_end = head and end and any(name.startswith(end) for name in _NAMING_ENDS)
    noun = (call.operation or "").partition("-")[2]
    begins_noun = option and noun.startswith(option)
    return f"--{option}" if begins_end or begins_noun or _is_instance_id(value) else None


def _is_instance_id(text: str) -> bool:
    """Say whether it looks like `i-0123456789abcdef0`, or a shorter one of old."""
    digits = text[2:]
    return text[:2] == "i-" and len(digits) in {8, 17} and _HEX.issuperset(digits)


def _items(value: str) -> list[str]:
    """Return the values of one word: the CLI takes lists with commas, and as JSON."""
    if not value.startswith("["):
        return [item for item in value.split(",") if item]
    from mfa_session.model.notes import (  # noqa: PLC0415  # for a rare spelling
        read_json,
    )

    try:
        items = read_json(value)
    except ValueError:
        return [value]
    return [str(item) for item in items] if isinstance(items, list) else [value]
