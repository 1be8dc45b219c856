"""What a protected command names: the machines, buckets and stacks that it will hit."""

from __future__ import annotations

from mfa_session.model.targets import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.guard.aws_words import AwsCall

BUCKET = "bucket"
_NAMING_ENDS = ("id", "ids", "name", "names", "identifier", "identifiers", "arn", "arns", "url")
_BUCKET_SCHEME = "s3://"


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
        if name.rpartition("-")[2] in _NAMING_ENDS or name == BUCKET:
            kind = _kind(name)
            for value in call.values(option):
                for item in _items(value):
                    yield Target(kind=kind, id=item)


def _kind(option: str) -> str:
    """Return what an option such as `--stack-name` names."""
    head, _, end = option.rpartition("-")
    return head.replace("-", " ") if head and end in _NAMING_ENDS else option


def _items(value: str) -> list[str]:
    """Return the values of one word: the CLI takes lists with commas, and as JSON."""
    if not value.startswith("["):
        return [item for item in value.split(",") if item]
    import json  # noqa: PLC0415  # for a rare spelling of a protected command

    try:
        items = json.loads(value)
    except ValueError:
        return [value]
    return [str(item) for item in items] if isinstance(items, list) else [value]
