"""Shows what a protected command will hit, before it runs.

It shows the command with its secrets masked, the account, the region and the targets: the machines,
buckets and stacks that the command names.
"""

from __future__ import annotations

import time

from mfa_session.guard.aws_words import is_plain
from mfa_session.model.arns import LETTERS_AND_DIGITS
from mfa_session.model.feature_ports import INSTANCE, Target
from mfa_session.model.ports import Caller
from mfa_session.model.text import printable, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from mfa_session.guard.aws_words import AwsCall
    from mfa_session.guard.plan import Regions
    from mfa_session.guard.rules import Verdict
    from mfa_session.model.session import Keys
    from mfa_session.session.context import Context


LIMIT_SECONDS = 3.0
"""The time AWS has to answer all questions of one `show`."""
MAX_LINES = 20
MAX_CHARACTERS = 300
MASK = "***"
_SECRET_NAMES = ("password", "passwd", "passphrase", "secret", "token", "credential", "privatekey")
_ABBREVIATED = ("password", "secret", "token", "credential")
_MIN_ABBREVIATION = 4
_ENDS_OF_NAMES = ("id", "ids", "arn", "arns", "name", "names", "policy")
"""The last words of options that name a secret without holding it, such as `--secret-id`."""
_KEY_LENGTH = 40
_LONG_TOKEN = 100
_BLOB = frozenset(LETTERS_AND_DIGITS + "+/=_-")
BUCKET = "bucket"
_NAMING_ENDS = ("id", "ids", "name", "names", "identifier", "identifiers", "arn", "arns", "url")
_BUCKET_SCHEME = "s3://"
_FILE_SCHEMES = ("file://", "fileb://")
_INPUT = ("cli-input-json", "cli-input-yaml")
_HEX = frozenset("0123456789abcdef")


class Preview:
    """Shows what the command will hit, as far as it is known; later only new lines."""

    def __init__(self, ctx: Context, verdict: Verdict, regions: Regions) -> None:
        self._ctx = ctx
        self._call = verdict.call
        self._rule = verdict.rule
        self._regions = regions
        self._account: str | None = None
        self._alias: str | None = None
        self._targets = find_targets(self._call) if self._call else ()
        self._shown: set[str] = set()

    def announce(self, words: Sequence[str]) -> None:
        """Show the command and the rule that protects it."""
        line = printable(format_command(words))
        line = line if len(line) <= MAX_CHARACTERS else line[:MAX_CHARACTERS] + "…"
        self._ctx.console.say(f"mfa-session: protected, by {self._rule}: {line}")

    def show(self, using: str, account: str | None, keys: Keys | None, profile: str | None) -> None:
        """Show account, region and targets, after asking AWS with `keys` if given.

        `profile` says how to reach AWS. A line is shown once.
        """
        self._account = account or self._account
        elsewhere = self._call is not None and self._call.endpoint is not None
        if keys is not None and not elsewhere and not self._is_complete():
            self._ask(Caller(keys=keys, profile=profile, region=self._regions.only))
        for line in self._lines(using):
            if line not in self._shown:
                self._shown.add(line)
                self._ctx.console.say(f"  {line}")

    def _is_complete(self) -> bool:
        """Say whether the account, its alias and each machine's state are known."""
        return bool(self._account and self._alias and not any(map(_can_be_asked, self._targets)))

    def _ask(self, caller: Caller) -> None:
        lookups = self._ctx.make.lookups(caller)
        ends_at = time.monotonic() + LIMIT_SECONDS

        def in_time(ask: Callable[[], Any]) -> Any:
            return self._ctx.make.limited(ask, max(0.0, ends_at - time.monotonic()))

        # The account comes first: it matters most if there is time for one answer only.
        self._account = self._account or in_time(lookups.account_id)
        asked = [target for target in self._targets if _can_be_asked(target)]
        if asked and self._regions.only is not None:
            seen: Mapping[Target, Target] = in_time(lambda: lookups.describe(asked)) or {}
            self._targets = tuple(seen.get(target, target) for target in self._targets)
        self._alias = self._alias or in_time(lookups.alias)

    def _lines(self, using: str) -> list[str]:
        call, targets = self._call, self._targets
        alias = f" ({printable(self._alias)})" if self._alias else ""
        region = " or ".join(map(printable, self._regions.names)) or "not set"
        lines = [f"account {self._account or 'not known'}{alias}, region {region}, with {using}"]
        if call is not None and call.endpoint is not None:
            endpoint = format_command((call.endpoint,))
            lines.append(f"endpoint  {printable(endpoint)}  named by the command")
        lines += [target.line() for target in targets[:MAX_LINES]]
        if len(targets) > MAX_LINES:
            lines.append(f"and {len(targets) - MAX_LINES} more")
        return lines


def _can_be_asked(target: Target) -> bool:
    return target.kind == INSTANCE and target.id.startswith("i-") and target.state is None


def format_command(words: Sequence[str]) -> str:
    """Return a command quoted for a shell, with `***` for what looks like a secret."""
    return " ".join(word if MASK in word else quote(word) for word in _mask(words))


def _mask(words: Sequence[str]) -> Iterator[str]:
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
            yield _mask_value(word)


def _is_secret_name(name: str) -> bool:
    parts = name.lower().strip("-").replace("_", "-").split("-")
    if parts[-1] in _ENDS_OF_NAMES:
        return False
    if any(secret in "".join(parts) for secret in _SECRET_NAMES):
        return True
    last = parts[-1]  # perhaps abbreviated: --master-user-pass
    return len(last) >= _MIN_ABBREVIATION and any(
        secret.startswith(last) for secret in _ABBREVIATED
    )


def _mask_value(word: str) -> str:
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
    if not _BLOB.issuperset(word) or "-" in word[:1]:
        return False
    has_all = any(map(str.isupper, word)) and any(map(str.islower, word))
    digits = any(map(str.isdigit, word))
    return has_all and digits and (len(word) == _KEY_LENGTH or len(word) >= _LONG_TOKEN)


def find_targets(call: AwsCall) -> tuple[Target, ...]:
    """Return the targets that a command line names, in its order, each once."""
    return tuple(dict.fromkeys(_targets_in(call)))


def _targets_in(call: AwsCall) -> Iterator[Target]:
    if call.service == "s3":
        for word in call.plain_words():
            if word.startswith(_BUCKET_SCHEME):
                yield Target(kind="s3 path" if "/" in word[5:] else BUCKET, id=word)
    for option in call.options():
        name = option.removeprefix("--")
        for value in call.values(option):
            kind = _find_kind(name, value, call)
            if kind is None:
                continue
            for item in _split_items(value):
                yield _make_target(kind, item)


def _make_target(kind: str, item: str) -> Target:
    if item.startswith(_FILE_SCHEMES):
        return Target(kind=kind, id=f"named in {item}")
    return Target(kind=INSTANCE if _is_instance_id(item) else kind, id=item)


def _find_kind(option: str, value: str, call: AwsCall) -> str | None:
    """Return which kind of target an option names: `stack` for `--stack-name`; None for none.

    An abbreviation (`--stack-n`) stays as typed: its meaning depends on the operation's options.
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
    digits = text[2:]
    return text[:2] == "i-" and len(digits) in {8, 17} and _HEX.issuperset(digits)


def _split_items(value: str) -> list[str]:
    """Split a value into items, as the CLI splits lists with commas and JSON lists."""
    if not value.startswith("["):
        return [item for item in value.split(",") if item]
    from mfa_session.model.notes import read_json  # noqa: PLC0415  # for a rare spelling

    try:
        items = read_json(value)
    except ValueError:
        return [value]
    return [str(item) for item in items] if isinstance(items, list) else [value]
