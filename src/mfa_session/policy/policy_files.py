"""Read policies from files and directories; `-` is stdin."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record
from mfa_session.policy.reading import ReadPolicies, read_policies
from mfa_session.policy.search import may_hold_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mfa_session.policy.document import Document

STDIN = "-"
MOST_BYTES = 50_000_000  # device files are endless; Terraform's largest plans are smaller
ENDINGS = (".json", ".jsonl", ".ndjson", ".template", ".tfstate", ".yaml", ".yml")


class FileError(Record):
    """An error of a file, or of one policy in it."""

    file: str
    error: ConfigurationError


class Reading:
    """The policies and errors of files and directories.

    `passed_over` counts a directory's files without a policy, `linked` its links to directories,
    `terraform` its files in Terraform's own language.
    """

    def __init__(self, kind: str | None) -> None:
        """Take the `kind` of `read_policies`."""
        self._kind = kind
        self.documents: list[Document] = []
        self.errors: list[FileError] = []
        self.passed_over = self.linked = self.terraform = 0

    def read(self, path: str) -> None:
        """Read a file, or all files of a directory."""
        if path != STDIN and os.path.isdir(path):
            self._read_directory(path)
        else:
            self._read_file(path)

    def _read_directory(self, path: str) -> None:
        before = len(self.documents) + len(self.errors)
        files = list(self._files_below(path))
        for each in files:
            if each.lower().endswith(ENDINGS):
                self._read_file(each, pass_over=True)
            else:
                self.terraform += 1
        if len(self.documents) + len(self.errors) == before:
            message = f"{path} has {len(files)} files and no policy"
            endings = ", ".join(f"*{ending}" for ending in ENDINGS)
            hint = f"policies are read from {endings}; links to folders are not followed"
            error = ConfigurationError("not-a-policy", message, hint)
            self.errors.append(FileError(file=path, error=error))

    def _files_below(self, path: str) -> Iterator[str]:
        for directory, names, files in os.walk(path):
            names[:] = sorted(name for name in names if name[0] != "." and name != "node_modules")
            self.linked += sum(os.path.islink(os.path.join(directory, name)) for name in names)
            for name in sorted(files):
                each = os.path.join(directory, name)
                # Pipes and devices would block; a broken link is an error.
                if (
                    name.lower().endswith((*ENDINGS, ".tf"))
                    and name[0] != "."
                    and (os.path.isfile(each) or not os.path.exists(each))
                ):
                    yield each

    def _read_file(self, path: str, *, pass_over: bool = False) -> None:
        try:
            found = _policies(path, self._kind, pass_over=pass_over)
        except ConfigurationError as error:
            if pass_over and error.code == "not-a-policy":
                self.passed_over += 1
            else:
                self.errors.append(FileError(file=path, error=error))
            return
        self.passed_over += not (found.documents or found.errors)
        self.documents += found.documents
        self.errors += [FileError(file=path, error=error) for error in found.errors]


def read_files(paths: Iterable[str], kind: str | None = None) -> Reading:
    """Read every policy of the files and directories."""
    reading = Reading(kind)
    for path in dict.fromkeys(paths):
        reading.read(path)
    return reading


def _policies(path: str, kind: str | None, *, pass_over: bool = False) -> ReadPolicies:
    """Read a file's policies; with `pass_over`, a file that cannot hold a policy has none."""
    label = "<stdin>" if path == STDIN else path
    try:
        data = _read(path)
    except OSError as error:
        raise _unreadable(label, reason_of(error)) from error
    if pass_over and (
        b'"tree-0.1"' in data[:50]  # CDK's, which repeats the templates beside it
        or not may_hold_policy(data.replace(b"\0", b"").decode("ascii", "replace"))
    ):
        return ReadPolicies(documents=())
    if len(data) > MOST_BYTES:
        raise _unreadable(label, f"it is larger than {MOST_BYTES // 1_000_000} MB")
    return read_policies(label, data, kind=kind)


def _read(path: str) -> bytes:
    if path != STDIN:
        with open(path, "rb") as stream:
            return stream.read(MOST_BYTES + 1)
    if sys.stdin is None:
        raise _unreadable("<stdin>", "it is closed")
    return sys.stdin.buffer.read(MOST_BYTES + 1)


def reason_of(error: OSError) -> str:
    """Return the system's words for an error."""
    return (error.strerror or str(error)).lower()


def _unreadable(label: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        "unreadable-file",
        f"{label} cannot be read: {reason}",
        "name a readable file that holds a policy, or - for stdin",
    )
