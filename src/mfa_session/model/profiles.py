"""Profiles in the two AWS files: their settings, headers and credential_process lines."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mfa_session.ini.document import IniDocument


_OF_PROFILES = frozenset(
    {"aws_access_key_id", "credential_process", "login_session", "mfa_serial", "output", "region",
     "role_arn", "source_profile", "sso_account_id"}
)  # fmt: skip


class ProfileFiles:
    """The profiles of the two AWS files, read once; a missing profile has no settings."""

    def __init__(self, credentials: IniDocument, config: IniDocument) -> None:
        self.credentials = credentials
        self.config = config
        self._headers: dict[str, str] | None = None
        self._merged: dict[str, Mapping[str, str]] = {}

    def section(self, name: str) -> Mapping[str, str]:
        """Return a profile's settings, those of the credentials file overriding the config's."""
        if name not in self._merged:
            self._merged[name] = {**self.in_config(name), **self.in_credentials(name)}
        return self._merged[name]

    def in_credentials(self, name: str) -> Mapping[str, str]:
        """Return a profile's settings in the credentials file."""
        return self.credentials.section(name) or {}

    def in_config(self, name: str) -> Mapping[str, str]:
        """Return a profile's settings in the config file."""
        return self.config.section(self.headers().get(name, "")) or {}

    def __contains__(self, name: str | None) -> bool:
        """Say whether there is a profile of this name."""
        return name in self.credentials.spans or name in self.headers()

    def names(self) -> list[str]:
        """Return the names of all profiles, sorted."""
        return sorted({*self.credentials.names(), *self.headers()})

    def sections(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield each profile's name and settings, by name."""
        for name in self.names():
            yield name, self.section(name)

    def headers(self) -> Mapping[str, str]:
        """Return the header of each profile that has one in the config file, as it is written."""
        if self._headers is None:
            self._headers = config_headers(self.config)
        return self._headers


def config_header(name: str) -> str:
    """Return the header to write for a profile in the config file, without brackets."""
    header = name if name == "default" else f"profile {name}"
    if profile_in_header(header) == name:
        return header
    from mfa_session.model.text import quote  # noqa: PLC0415  # few names have blanks

    return f"profile {quote(name)}"


def config_header_in(document: IniDocument, name: str) -> str:
    """Return the header of a profile in a config file, or the one to write if it has none."""
    return config_headers(document).get(name) or config_header(name)


def config_headers(document: IniDocument) -> dict[str, str]:
    """Return the header of each profile in a config file; if it has two, the last."""
    return {
        name: header
        for header in document.names()
        if (name := profile_in_header(header)) is not None
    }


def headers_without_profile(document: IniDocument) -> list[str]:
    """Return the headers of a config file that name no profile, but have a profile's settings."""
    return [
        header
        for header in document.names()
        if profile_in_header(header) is None
        and not header.startswith(("sso-session", "services"))
        and not _OF_PROFILES.isdisjoint(document.section(header) or {})
    ]


def profile_in_header(header: str) -> str | None:
    """Return the profile that a config header names (`default`, `profile NAME`), or None."""
    if header == "default":
        return header
    if not header.startswith("profile"):
        return None
    if '"' in header or "'" in header or "\\" in header:
        words = _shell_words(header)
    else:
        words = header.replace("\t", " ").split(" ")
        if len(words) != 2 or "" in words:  # noqa: PLR2004 - `profile NAME`
            words = [word for word in words if word]
    return words[1] if len(words) == 2 else None  # noqa: PLR2004 - `profile NAME`


def _shell_words(line: str) -> list[str]:
    """Split as a shell does; return nothing if a quote is left open."""
    import shlex  # noqa: PLC0415  # imports re, and few lines need it

    try:
        return shlex.split(line)
    except ValueError:
        return []


def leads_back(process: str) -> bool:
    """Say whether a credential_process asks this tool for a session."""
    return _is_ours(process) and stored_profile(process) is None


def stored_profile(process: str) -> str | None:
    """Return the profile whose keys a credential_process has us read from the keyring, or None.

    It is P of `mfa-session keys process --profile P`, with any path to the program.
    """
    if " keys process " not in process or not _is_ours(process):
        return None
    return process_profile(process)


def _is_ours(process: str) -> bool:
    words = process.replace("'", " ").replace('"', " ").split()
    names = [word.replace("\\", "/").rsplit("/", 1)[-1] for word in words]
    return any(name in {"mfa-session", "mfa-session.exe", "mfa_session"} for name in names)


def process_profile(process: str) -> str | None:
    """Return the `--profile` of a credential_process that is this tool or the AWS CLI, or None."""
    has_marks = any(mark in process for mark in "\"'\\")
    words = _shell_words(process) if has_marks else process.split()
    for word, following in zip(words, (*words[1:], None), strict=False):
        if word == "--profile":
            return following
        if word.startswith("--profile="):
            return word.partition("=")[2]
    return None


def ini_sections(text: str) -> Mapping[str, Mapping[str, str]]:
    """Return each section's values by key, as `configparser.RawConfigParser` gives them.

    Return none for a text that it refuses (no header, a key twice, …).
    """
    from mfa_session.ini.reader import (  # noqa: PLC0415  # not for completion
        Reader,
        UnreadableText,
        values_of,
    )

    try:
        reader = Reader(text.replace("\r\n", "\n").replace("\r", "\n"), nests=False)
    except UnreadableText:
        return {}
    defaults = values_of(reader.defaults)
    return {name: {**defaults, **values_of(found)} for name, found in reader.sections.items()}
