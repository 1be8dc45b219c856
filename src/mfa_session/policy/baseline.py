"""A baseline: a file of known findings that lint skips, so that only new ones fail.

File, policy, statement and rule identify a finding, but not its line, which moves.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import TYPE_CHECKING, Any

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.notes import read_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeVar

    from mfa_session.policy.commands.lint_output import Located

    Key = tuple[str, str, str, str]
    L = TypeVar("L", bound=Located)

VERSION = 1
_FIELDS = ("file", "policy", "statement", "rule")
_HINT = "write it again with --write-baseline"


class Baseline:
    """The number of known findings of each kind."""

    def __init__(self, counts: Mapping[Key, int]) -> None:
        """Take the counts."""
        self._counts = Counter(dict(counts))

    @classmethod
    def of(cls, findings: Iterable[Located]) -> Baseline:
        """Return a baseline of these findings."""
        return cls(Counter(map(_key, findings)))

    @classmethod
    def read(cls, path: str) -> Baseline:
        """Read a file; raises ConfigurationError `bad-baseline`."""
        try:
            with open(path, encoding="utf-8") as stream:
                data = read_json(stream.read())
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise _bad(path, f"cannot be read: {reason}") from error
        except ValueError as error:
            raise _bad(path, "is not JSON") from error
        return cls(dict(_entry(path, each) for each in _entries(path, data)))

    def write(self, path: str) -> None:
        """Write the file atomically; raises ConfigurationError `bad-baseline`."""
        entries = [
            {**dict(zip(_FIELDS, key, strict=True)), "count": count}
            for key, count in sorted(self._counts.items())
        ]
        text = json.dumps({"version": VERSION, "findings": entries}, indent=2) + "\n"
        beside = f"{path}.{os.getpid()}.new"
        try:
            with open(beside, "x", encoding="utf-8") as stream:
                stream.write(text)
            os.replace(beside, path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise _bad(path, f"cannot be written: {reason}") from error

    def without_known(self, findings: Iterable[L]) -> tuple[L, ...]:
        """Return the findings that are unknown, or more frequent than known."""
        left = Counter(self._counts)
        new = []
        for each in findings:
            key = _key(each)
            if left[key] > 0:
                left[key] -= 1
            else:
                new.append(each)
        return tuple(new)


def _key(located: Located) -> Key:
    document, finding = located
    file = document.source.label.replace(os.sep, "/").removeprefix("./")
    return (file, document.name, finding.statement, finding.rule)


def _entries(path: str, data: Any) -> list[Any]:
    found = data.get("findings") if isinstance(data, dict) else None
    if not isinstance(found, list) or data.get("version") != VERSION:
        raise _bad(path, "is not a baseline")
    return found


def _entry(path: str, entry: Any) -> tuple[Key, int]:
    values = [entry.get(field) for field in _FIELDS] if isinstance(entry, dict) else []
    texts = [value for value in values if isinstance(value, str)]
    count = entry.get("count", 1) if texts else None
    if len(texts) != len(_FIELDS) or not isinstance(count, int):
        raise _bad(path, "is not a baseline")
    file, policy, statement, rule = texts
    return (file, policy, statement, rule), count


def _bad(path: str, what: str) -> ConfigurationError:
    return ConfigurationError("bad-baseline", f"the baseline {path} {what}", _HINT)
