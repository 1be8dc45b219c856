"""Names for completion: those in the AWS files, and which sessions were used last.

The files are read line by line, so that a broken line hides no other name.
"""

from __future__ import annotations

from mfa_session.files.reading import read_bytes
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import config_path, credentials_path
from mfa_session.model.profiles import profile_in_header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mfa_session.model.ports import State


MOST_NAMES = 100
_RECENT = "recent-sessions"
_SERIAL_KEYS = ("mfa_serial", "mfa_session_mfa_serial", "aws_mfa_device")
_ROLE_KEYS = ("role_arn", "mfa_session_role_arn")


def profile_names(environ: Mapping[str, str]) -> set[str]:
    """Return the names of all profiles in both files."""
    in_credentials = {_header(line) for line in _lines(credentials_path(environ))} - {"DEFAULT"}
    in_config = {profile_in_header(_header(line) or "") for line in _lines(config_path(environ))}
    return {name for name in in_credentials | in_config if name is not None}


def device_serials(environ: Mapping[str, str]) -> set[str]:
    """Return the MFA devices that profiles name."""
    return _values(environ, _SERIAL_KEYS)


def role_arns(environ: Mapping[str, str]) -> set[str]:
    """Return the roles that profiles name."""
    return _values(environ, _ROLE_KEYS)


def session_names(environ: Mapping[str, str]) -> set[str]:
    """Return the names of the sessions in the credentials file."""
    return _values(environ, ("mfa_session_name",))


def role_profiles(environ: Mapping[str, str]) -> set[str]:
    """Return the profiles of the AWS config that have a role."""
    names, profile = set(), None
    for line in _lines(config_path(environ)):
        header = _header(line)
        if header is not None:
            profile = profile_in_header(header)
        elif profile is not None and line.partition("=")[0].strip().lower() == "role_arn":
            names.add(profile)
    return names


def _values(environ: Mapping[str, str], keys: tuple[str, ...]) -> set[str]:
    lines = [*_lines(credentials_path(environ)), *_lines(config_path(environ))]
    settings = [line.partition("=") for line in lines if line.lower().lstrip().startswith(keys)]
    return {value.strip() for key, _, value in settings if key.strip().lower() in keys}


def _header(line: str) -> str | None:
    return line[1 : line.rindex("]")] if line[:1] == "[" and "]" in line else None


def _lines(path: str) -> list[str]:
    try:
        data = read_bytes(path) or b""
    except ConfigurationError:
        return []
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").splitlines()


def by_recent_use(state: State, names: Iterable[str]) -> list[str]:
    """Return the names: first those used last, then the others in alphabetical order."""
    known = set(names)
    recent = [name for name in _recent(state) if name in known]
    return list(dict.fromkeys((*recent, *sorted(known))))


def note_use(state: State, name: str) -> None:
    """Note that a session was used now; a failure is ignored."""
    names = list(dict.fromkeys((name, *_recent(state))))[:MOST_NAMES]
    text = "".join(f"{each}\n" for each in names)
    try:
        state.write(_RECENT, text.encode("utf-8", "surrogateescape"))
    except ConfigurationError:
        return


def _recent(state: State) -> list[str]:
    try:
        data = state.read(_RECENT) or b""
    except ConfigurationError:
        return []
    return data.decode("utf-8", "surrogateescape").split("\n")[:-1]
