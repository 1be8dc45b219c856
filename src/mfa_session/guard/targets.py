"""What a protected command names: the machines, buckets and stacks that it will hit."""

from __future__ import annotations

from mfa_session.model.targets import INSTANCE, Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.guard.aws_words import AwsCall

BUCKET = "bucket"
_NAMING_ENDS = ("id", "ids", "name", "names", "identifier", "identifiers", "arn", "arns", "url")
_BUCKET_SCHEME = "s3://"
_FILE_SCHEMES = ("file://", "fileb://")
_INPUT = ("cli-input-json", "cli-input-yaml")
_HEX = frozenset("0123456789abcdef")


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
    from mfa_session.model.json_values import (  # noqa: PLC0415  # for a rare spelling
        read_json,
    )

    try:
        items = read_json(value)
    except ValueError:
        return [value]
    return [str(item) for item in items] if isinstance(items, list) else [value]
