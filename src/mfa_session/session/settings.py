"""Settings of one session: each value comes from the first place that sets it."""

from __future__ import annotations

from mfa_session.model.arns import region_for
from mfa_session.model.errors import ConfigurationError, MfaSessionError, UsageError
from mfa_session.model.paths import config_path
from mfa_session.model.session import is_kept, is_managed
from mfa_session.model.settings import (
    FILE,
    KEYRING,
    MFA_SECONDS,
    MIN_TTL_SECONDS,
    ROLE_SECONDS,
    SessionOptions,
    Settings,
    read_copied,
)
from mfa_session.model.times import parse_duration, spell_duration
from mfa_session.session.environment import first_region
from mfa_session.session.names import (
    Named,
    check_kept,
    check_portable,
    choose_target,
    default_name,
    find_name,
    holds_keys,
    known_or_new,
    names_session,
    session_behind,
    stored_lines,
)
from mfa_session.session.sources import (
    named_source,
    own_source,
    usual_profiles,
    usual_source,
)
from mfa_session.session.validation import check_shapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mfa_session.model.settings import Source
    from mfa_session.session.context import Inputs


COPIED_SETTINGS = (
    "output",
    "ca_bundle",
    "endpoint_url",
    "services",
    "use_fips_endpoint",
    "use_dualstack_endpoint",
    "sts_regional_endpoints",
)
"""What decides how AWS is reached, besides the region (AWS SDKs reference, config settings)."""
_ASKED_AGAIN = (
    "source_profile",
    "mfa_serial",
    "role_arn",
    "external_id",
    "role_session_name",
    "duration",
    "region",
    "write_to",
    "store",
    "min_ttl",
)
"""Options that a hint repeats: without them, the command would mean another session."""


def resolve_name(inputs: Inputs, name: str) -> Settings:
    """Return the settings of the session that a name means, perhaps a new one."""
    return resolve_named(inputs, known_or_new(inputs, name))


def resolve_named(inputs: Inputs, named: Named, seen: tuple[str, ...] = ()) -> Settings:
    """Return the settings of a session by name, whether anything has that name or not.

    Order: option and variable, `[sessions.NAME]` of config.toml, the AWS files' sections of
    NAME, what a managed section remembers, the source profile's sections, `[defaults]`.
    `seen` are the sessions that led to it.
    """
    name = named.name
    if name in seen:
        raise ConfigurationError(
            "session-loop",
            f"sessions lead back to themselves: {' -> '.join((*seen, name))}",
            "end the chain in a source_profile with long-term keys",
        )
    check_kept(inputs, name)
    said = _Said(inputs, named)
    check_portable(said.target, "profile to write a session to")
    via, source = _find_origin(inputs, said, (*seen, name))
    check_kept(inputs, source.profile or name)
    settings = _fill(inputs, said, via, source)
    try:
        check_shapes(settings)
        if settings.min_ttl_is_explicit and settings.min_ttl > settings.duration:
            raise _min_ttl_too_long(inputs, settings)
    except ConfigurationError as error:
        for key in ("duration", "min_ttl", "role_arn", "external_id", "role_session_name"):
            if key.replace("_", "-") in error.code and key not in said.options:
                _name_setting(error, inputs, said, key, f"{key}_seconds")
        raise
    return settings


class _Said:
    """The places that may set something for a session, in order of precedence."""

    def __init__(self, inputs: Inputs, named: Named) -> None:
        options = {
            key: value for key, value in inputs.options.as_dict().items() if value is not None
        }
        self.name = named.name
        self.options: Mapping[str, Any] = options
        self.table: Mapping[str, Any] = inputs.file.sessions.get(named.name, {})
        self.section: Mapping[str, str] = inputs.profiles.section(named.name)
        self.target = choose_target(inputs, named, self.first("write_to"))
        self.stored = stored_lines(inputs, named.name, self.target)
        # What the last login copied from the source is not a setting of this session's own.
        copied = read_copied(stored_lines(inputs, named.name, named.name).get("copied"))
        self.section = {k: v for k, v in self.section.items() if copied.get(k) != v}
        # What a section remembers stands in for settings only where nothing else defines it.
        defined = self.table or {"role_arn", "source_profile"}.intersection(self.section)
        elsewhere = bool(defined or self.options.get("source_profile"))
        self.remembered: Mapping[str, str] = {} if elsewhere else self.stored
        self.set_origin: str | None = (
            self.options.get("source_profile")
            or self.table.get("via")
            or self.table.get("source_profile")
            or self.section.get("source_profile")
        )
        self.origin: str | None = (
            self.set_origin or self.remembered.get("via") or self.remembered.get("source_profile")
        )
        # The default name means an MFA session unless something says otherwise; another name,
        # that was last a role session, stays one: it must not switch to another account unasked.
        self.keeps_role = inputs.options.keeps_role or named.name != default_name(inputs)

    def first(self, key: str) -> Any:
        section_key = {"duration": "duration_seconds"}.get(key, key)
        for place, name in ((self.options, key), (self.table, key), (self.section, section_key)):
            if place.get(name) not in (None, ""):  # 0 is said, and refused
                return place[name]
        return None


def _choose_store(inputs: Inputs, said: _Said) -> str:
    asked = said.options.get("store") or said.table.get("store")
    stands = inputs.recovered.get(said.target)
    in_file = is_managed(inputs.profiles.in_credentials(said.target))
    usual = KEYRING if stands is not None and stands.in_keyring and not in_file else FILE
    return str(asked or inputs.file.defaults.get("store") or usual)


def _find_origin(
    inputs: Inputs, said: _Said, seen: tuple[str, ...]
) -> tuple[Settings | None, Source]:
    """Return the session to go via, if any, and the source of the long-term keys."""
    if said.origin is None:
        return None, own_source(inputs, said.name) or usual_source(inputs, said.name)
    try:
        return _follow_origin(inputs, said, said.origin, seen)
    except ConfigurationError as error:
        if said.origin != said.options.get("source_profile") and repr(said.origin) in error.message:
            _name_setting(error, inputs, said, "via", "source_profile")
        raise


def _follow_origin(
    inputs: Inputs, said: _Said, origin: str, seen: tuple[str, ...]
) -> tuple[Settings | None, Source]:
    session = session_behind(inputs, origin) or origin
    is_via = origin == said.table.get("via")
    # A profile with a role leads to a second role, as with `aws`.
    keys = inputs.profiles.section(session).keys() if said.first("role_arn") else set()
    is_role = keys >= {"role_arn", "source_profile"} and not holds_keys(inputs, session)
    if is_via or (session != said.name and (is_role or names_session(inputs, session))):
        via = _resolve_via(inputs, session, seen)
        return via, via.source
    source = named_source(inputs, origin)
    return None, source if said.set_origin else _as_aws_finds_it(inputs, said.name, source)


def _name_setting(error: ConfigurationError, inputs: Inputs, said: _Said, *keys: str) -> None:
    for place, values in (
        (f"[sessions.{said.name}] in {inputs.file.path}", said.table),
        (f"profile {said.name!r}", said.section),
        (f"[defaults] in {inputs.file.path}", inputs.file.defaults),
    ):
        key = next((key for key in keys if values.get(key) not in (None, "")), None)
        if key is not None:
            error.message = f"{key} of {place}: {error.message}"
            if error.add:
                word = error.add[-1]
                word = str(parse_duration(word)) if key == "duration_seconds" else repr(word)
                error.hint, error.add = f"{error.lead} there: {word}", ()
            return


def _as_aws_finds_it(inputs: Inputs, name: str, source: Source) -> Source:
    """Return a remembered source with the profiles that lead to it, whose settings count as well.

    `[default]` may have a region, and name in source_profile the one with the keys.
    """
    sections = (inputs.profiles.section(profile) for profile in usual_profiles(inputs, name))
    if not inputs.file.sessions and not any("source_profile" in section for section in sections):
        return source  # nothing leads on
    try:
        usual = usual_source(inputs, name)
    except ConfigurationError:
        return source
    return usual if usual.profile == source.profile else source


def _resolve_via(inputs: Inputs, origin: str, seen: tuple[str, ...]) -> Settings:
    given = inputs.options
    options = SessionOptions(
        profile=origin,
        mfa_serial=given.mfa_serial,
        min_ttl=given.min_ttl,
        min_ttl_from_variable=given.min_ttl_from_variable,
        keeps_role=True,
    )
    asked = inputs.replace(options=options)
    return resolve_named(asked, find_name(asked, unfit=seen), seen)


def _fill(inputs: Inputs, said: _Said, via: Settings | None, source: Source) -> Settings:
    # What the source profile says, under what the profiles say that led to it.
    led = [name for name in (*source.passed, source.profile) if name is not None]
    beneath = {k: v for name in reversed(led) for k, v in inputs.profiles.section(name).items()}
    role_arn = said.first("role_arn")
    if said.keeps_role:
        role_arn = role_arn or said.remembered.get("role_arn")
    recalled = said.remembered if role_arn and role_arn == said.stored.get("role_arn") else {}

    def of_role(key: str) -> str | None:
        return said.first(key) or recalled.get(key) if role_arn else None

    serial = said.first("mfa_serial") or beneath.get("mfa_serial") or beneath.get("aws_mfa_device")
    serial = (serial or (via.mfa_serial if via else None) or "").strip() or None
    own_region = said.first("region")
    region = own_region or beneath.get("region") or inputs.file.defaults.get("region")
    called = first_region(inputs.environ, asked=inputs.options.region, from_files=region)
    written = {key: beneath[key] for key in COPIED_SETTINGS if is_kept(beneath.get(key, ""))}
    if region:
        written["region"] = region
    min_ttl = inputs.options.min_ttl
    if min_ttl is None:
        min_ttl = inputs.file.defaults.get("min_ttl")
    asked = [
        (key, spell_duration(value) if isinstance(value, int) else value)
        for key in _ASKED_AGAIN
        if (value := said.options.get(key)) is not None
    ]
    return Settings(
        name=said.name,
        target=said.target,
        source=source,
        via=via,
        mfa_serial=serial,
        remembered_serial=said.stored.get("mfa_serial"),
        role_arn=role_arn,
        external_id=of_role("external_id"),
        role_session_name=of_role("role_session_name"),
        duration=_choose_duration(inputs, said, role_arn),
        duration_is_explicit=inputs.options.duration is not None,
        min_ttl=MIN_TTL_SECONDS if min_ttl is None else min_ttl,
        min_ttl_is_explicit=min_ttl is not None,
        region=region_for(called, role_arn, serial),
        written=written,
        kept_region=own_region or inputs.profiles.section(said.target).get("region") or region,
        code=said.table.get("code", via.code if via else "auto"),
        code_command=said.table.get("code_command", via.code_command if via else None),
        asked=tuple(asked),
        store=_choose_store(inputs, said),
    )


def _choose_duration(inputs: Inputs, said: _Said, role_arn: str | None) -> int:
    """Return the seconds to ask for."""
    set_for_name = said.first("duration")
    if set_for_name is not None:
        return _read_seconds(inputs, said, set_for_name)
    return ROLE_SECONDS if role_arn else inputs.file.defaults.get("duration", MFA_SECONDS)


def _min_ttl_too_long(inputs: Inputs, settings: Settings) -> MfaSessionError:
    asked, lasts = spell_duration(settings.min_ttl), spell_duration(settings.duration)
    message = f"a session of {lasts} can never have {asked} left, which is the min-ttl asked for"
    hint = f"ask for less than {lasts}, or for a longer --duration"
    if inputs.options.min_ttl is not None and not inputs.options.min_ttl_from_variable:
        return UsageError("min-ttl-too-long", message, hint)
    return ConfigurationError("min-ttl-too-long", message, hint)


def _read_seconds(inputs: Inputs, said: _Said, value: int | str) -> int:
    if isinstance(value, int):
        return value
    if value.strip().isascii() and value.strip().isdigit():
        return int(value)
    from mfa_session.model.text import quote  # noqa: PLC0415  # on the way out only

    raise ConfigurationError(
        "bad-duration",
        f"duration_seconds = {value} of profile {said.name!r} in {config_path(inputs.environ)} "
        "is not a number of seconds",
        f"correct it: `aws configure set duration_seconds 3600 --profile {quote(said.name)}`",
    )
