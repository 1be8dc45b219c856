"""Which session a name means, and which profile it is written to."""

from __future__ import annotations

from mfa_session.model.arns import LETTERS_AND_DIGITS
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.profiles import config_header, leads_back, process_profile
from mfa_session.model.record import Record
from mfa_session.model.session import (
    MANAGER,
    PREFIX,
    holds_long_term_keys,
    is_kept,
    is_managed,
    read_keys,
    remembered_lines,
)
from mfa_session.model.settings import KEYRING, SERVES
from mfa_session.session.environment import URI

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mfa_session.session.context import Inputs

DEFAULT_NAME = "mfa"
PROFILE_VARIABLES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
"""The variables that name a profile, in botocore's order."""
NAMES_SOMEBODY = (*PROFILE_VARIABLES, "AWS_ACCESS_KEY_ID", URI)
HIDES_STATIC_KEYS = (
    "role_arn",
    "credential_process",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "web_identity_token_file",
    "login_session",
)
"""The settings of a profile that SDKs prefer to its static keys."""
# Every SDK reads these.
_PORTABLE = frozenset(LETTERS_AND_DIGITS + "_-/.%@:+")


def profile_variable(environ: Mapping[str, str]) -> str:
    """Return the variable that names a profile, or ""."""
    return next((name for name in PROFILE_VARIABLES if environ.get(name)), "")


class Named(Record):
    """A session's name, and the target where the name given was the target's own."""

    name: str
    target: str | None = None


def default_name(inputs: Inputs) -> str:
    """Return the default session's name."""
    return inputs.file.defaults.get("profile") or DEFAULT_NAME


def find_name(inputs: Inputs, unfit: Collection[str] = ()) -> Named:
    """Return the session that `--profile` means; refuse an unknown name, and suggest none unfit."""
    options = inputs.options
    said = options.profile or default_name(inputs)
    asked = session_behind(inputs, said) or said
    named = look_up(inputs, asked)
    may_be_new = options.source_profile or options.role_arn or asked == default_name(inputs)
    if named is None and not may_be_new:
        error = unknown_name(inputs, asked, "--profile", unfit=unfit)
        if asked != said:
            error.message = f"credential_process of profile {said!r}: {error.message}"
        raise error
    return named or new_name(asked)


def new_name(name: str) -> Named:
    """Return a new session's name; refuse one that not every SDK can read."""
    check_portable(name, "session")
    return Named(name=name)


def session_behind(inputs: Inputs, name: str) -> str | None:
    """Return the session that a profile is, or whose keys it gets by credential_process."""
    if names_session(inputs, name):
        return name
    section = inputs.profiles.section(name)
    process = section.get("credential_process", "")
    if not process or "role_arn" in section or read_keys(inputs.profiles.in_credentials(name)):
        return None
    return process_profile(process) or default_name(inputs) if leads_back(process) else None


def known_or_new(inputs: Inputs, name: str) -> Named:
    """Return the session that a name means, perhaps a new one."""
    return look_up(inputs, name) or new_name(name)


def look_up(inputs: Inputs, name: str) -> Named | None:
    """Return the session that a name or target profile means, or None if it is unknown."""
    if name in inputs.file.sessions:
        return Named(name=name)
    for session, table in inputs.file.sessions.items():
        if table.get("write_to") == name:
            return Named(name=session, target=name)
    owner = _owner_of(inputs, name)
    if owner is not None:
        return Named(name=owner, target=name if owner != name else None)
    if name in inputs.profiles:
        return Named(name=name)
    ours = (*inputs.recovered, *inputs.profiles.credentials.names_mentioning(MANAGER))
    target = next((profile for profile in ours if _owner_of(inputs, profile) == name), None)
    return Named(name=name, target=target) if target else None


def _owner_of(inputs: Inputs, profile: str) -> str | None:
    recovered = inputs.recovered.get(profile)
    if recovered is not None:
        return recovered.name
    section = inputs.profiles.in_credentials(profile)
    return section.get(PREFIX + "name", profile) if is_managed(section) else None


def unknown_name(
    inputs: Inputs,
    name: str,
    option: str | None = None,
    fitting: Collection[str] | None = None,
    unfit: Collection[str] = (),
) -> ConfigurationError:
    """Return the error for an unknown name; the hint suggests the nearest names, or one there is.

    `option` is the command's option that gave it, if one did. `fitting` are the names that it may
    have, if not any name but those `unfit` will do.
    """
    from mfa_session.model.text import did_you_mean, nearest_of, quote  # noqa: PLC0415  # on the way out only

    known = {*(fitting or (*inputs.file.sessions, *inputs.profiles.names(), *inputs.recovered))}
    known = {each for each in known if SERVES not in inputs.profiles.in_config(each)} - {*unfit}
    may_be_new = {default_name(inputs)} if option == "--profile" and fitting is None else set()
    near = nearest_of(name, known | may_be_new - {*unfit})
    message = f"no session and no profile is named {name!r}"
    config = inputs.profiles.config
    if name in config.names():
        hint = f"write its header in {config.path} as [{config_header(name)}]"
    elif near:
        hint = did_you_mean(near)
    elif known:
        usual = [name for name in (default_name(inputs), "default") if name in known]
        names = list(dict.fromkeys((*usual, *sorted(known))))[:10]
        hint = f"choose {'one of ' if names[1:] else ''}{', '.join(names)}"
        if option:
            return ConfigurationError("no-such-profile", message, hint, add=(option, names[0]))
    else:
        hint = f"store your access key: `aws configure --profile {quote(name)}`"
    return ConfigurationError("no-such-profile", message, hint)


def unknown_in_variable(inputs: Inputs, variable: str, profile: str) -> ConfigurationError:
    """Return the error for a variable that names a profile which does not exist."""
    error = unknown_name(inputs, profile)
    return ConfigurationError(
        "no-such-profile",
        f"{variable} names the profile {profile!r}, which does not exist",
        error.hint if "did you mean" in error.hint else f"unset {variable}, or correct it",
    )


def check_portable(name: str, what: str) -> None:
    """Refuse a profile name that not every SDK can read."""
    if not name or not _PORTABLE.issuperset(name) or name == "DEFAULT":
        raise ConfigurationError(
            "bad-profile-name",
            f"{name!r} cannot be a {what}",
            "use letters, digits and _ - / . % @ : + only",
        )


def check_kept(inputs: Inputs, name: str) -> None:
    """Refuse a name that a file cannot hold, and say where it is."""
    if is_kept(name):
        return
    document, header = inputs.profiles.credentials, name
    if name not in document.spans:
        document, header = inputs.profiles.config, inputs.profiles.headers().get(name, "")
    start, _ = document.spans.get(header, (None, None))
    place = f"[sessions] in {inputs.file.path}"
    if start is not None:
        place = f"{document.path}, line {document.text[:start].count(chr(10)) + 1}"
    words = " ".join(name.split())
    wrong = "has blanks around it, or a line end" if words else "is empty"
    raise ConfigurationError(
        "bad-profile-name",
        f"{place}: the name {name!r} {wrong}",
        f"write it there as {words}" if words else "write a name such as work",
    )


def choose_target(inputs: Inputs, named: Named, write_to: str | None) -> str:
    """Return the profile to write: never one that holds long-term keys or hides static ones."""
    given = write_to or named.target
    if given:
        _refuse_hidden(inputs, given)
        return given
    # `Foo Bar` → `Foo-Bar`. A name with nothing that every SDK reads stays, and is refused.
    kept = "".join(letter if letter in _PORTABLE else " " for letter in named.name)
    target = "-".join(kept.split()) or named.name
    is_other = target != named.name and target in inputs.profiles
    is_taken = is_other and _owner_of(inputs, target) != named.name
    is_unfit = any(
        hiding_settings(inputs, name) or holds_keys(inputs, name) for name in {target, named.name}
    )
    return target + "-mfa" if is_taken or is_unfit else target


def _refuse_hidden(inputs: Inputs, target: str) -> None:
    for key in hiding_settings(inputs, target):
        raise ConfigurationError(
            "hidden-profile",
            f"profile {target!r} has {key}: SDKs would not use session keys written there",
            "choose another profile",
            add=("--write-to", f"{target}-mfa"),
        )


def hiding_settings(inputs: Inputs, name: str) -> list[str]:
    """Return the settings that hide a profile's static keys, ours aside."""
    section = inputs.profiles.section(name)
    found = [key for key in HIDES_STATIC_KEYS if key in section]
    if "credential_process" in found and _is_own_process(inputs, name):
        found.remove("credential_process")
    return found


def _is_own_process(inputs: Inputs, name: str) -> bool:
    """Say whether a profile's process gives the session that we keep in the keyring for it."""
    stored = inputs.recovered.get(name)
    if stored is not None and stored.in_keyring:
        return True
    process = inputs.profiles.section(name)["credential_process"]
    table = inputs.file.sessions.get(name, {})
    wanted = inputs.options.store or table.get("store") or inputs.file.defaults.get("store")
    # A session in both places: a move back to the file was interrupted.
    is_ours = wanted == KEYRING or is_managed(inputs.profiles.in_credentials(name))
    return is_ours and leads_back(process) and process_profile(process) == name


def holds_keys(inputs: Inputs, name: str) -> bool:
    """Say whether either file has long-term keys in this profile."""
    sections = (inputs.profiles.in_credentials(name), inputs.profiles.in_config(name))
    return any(holds_long_term_keys(section) for section in sections)


def has_credentials(section: Mapping[str, str]) -> bool:
    """Say whether a profile holds or yields credentials, which SDKs prefer to an endpoint's."""
    return not section.keys().isdisjoint(("aws_access_key_id", *HIDES_STATIC_KEYS))


def names_session(inputs: Inputs, name: str) -> bool:
    """Say whether a `source_profile` of this name means a session, not a profile with keys."""
    if holds_keys(inputs, name):
        return False
    written = {table.get("write_to") for table in inputs.file.sessions.values()}
    if name in inputs.file.sessions or name in written or _owner_of(inputs, name) is not None:
        return True
    return name == default_name(inputs) and name not in inputs.profiles


def stored_lines(inputs: Inputs, name: str, target: str) -> Mapping[str, str]:
    """Return what a managed section remembers of its session: its keys without the prefix."""
    for profile in (target, name):
        stored = inputs.recovered.get(profile)
        if stored is not None and stored.in_keyring and stored.name == name:
            return remembered_lines(stored)
        section = inputs.profiles.in_credentials(profile)
        if is_managed(section) and section.get(PREFIX + "name", profile) == name:
            return {
                key[len(PREFIX) :]: value
                for key, value in section.items()
                if key.startswith(PREFIX)
            }
    return {}
