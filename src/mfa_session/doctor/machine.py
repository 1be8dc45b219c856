"""Checks of this machine: the files, the variables that override them, and the shell's setup."""

from __future__ import annotations

from collections.abc import Iterator

from mfa_session.doctor.checks import (
    OPTIONS,
    PROFILES,
    Diagnosis,
    Scene,
    check,
    error,
    make_readable_check,
    note,
    warning,
)
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.feature_ports import CONFIG, CREDENTIALS, SETTINGS, STATE
from mfa_session.model.paths import config_path, credentials_path, expand, home, settings_path
from mfa_session.model.session import SESSION_KEY_PREFIX, read_keys
from mfa_session.model.settings import GIVEN_CODE, GUARD_SHELL, SESSION_KEYS, TABLES
from mfa_session.model.text import (
    deleting,
    did_you_mean,
    nearest_of,
    quote,
    setting,
    unsetting,
)
from mfa_session.model.times import parse_time
from mfa_session.session.names import PROFILE_VARIABLES, look_up, profile_variable
from mfa_session.session.sources import environment_source

_NAMED_FILES = {
    "AWS_SHARED_CREDENTIALS_FILE": credentials_path,
    "AWS_CONFIG_FILE": config_path,
    "MFA_SESSION_CONFIG": settings_path,
}
OTHERS_MAY_WRITE = 0o022
_VALID_KEYS = "; ".join(
    f"[{name}] {', '.join(keys)}"
    for name, keys in {**TABLES, "sessions.NAME": SESSION_KEYS}.items()
)
credentials_file = make_readable_check(
    "files", "credentials-file", "the credentials file can be read", CREDENTIALS
)
config_file = make_readable_check("files", "config-file", "the AWS config file can be read", CONFIG)
config_toml = make_readable_check(
    "files", "config-toml", f"config.toml has valid keys only: {_VALID_KEYS}", SETTINGS
)
state_directory = make_readable_check(
    "files", "state-directory", "the state directory is ours", STATE
)


@check("files", "nobody else may write the files")
def unsafe_file(scene: Scene) -> Iterator[Diagnosis]:
    for path, problem in scene.unsafe.items():
        # Only a warning for the AWS config file, which all tools, ours included, still read.
        say = warning if path == config_path(scene.environ) else error
        yield say(problem.message, problem.hint)


@check("files", "nobody else may read what is secret")
def file_mode(scene: Scene) -> Iterator[Diagnosis]:
    """Yield what others can read; `unsafe-file` reports what they can write."""
    for place in scene.places:
        if place.is_open and (place.is_directory or not place.mode & OTHERS_MAY_WRITE):
            yield warning(
                f"others have access to {place.what} {place.path} (mode {place.mode:04o})",
                "mfa-session doctor --fix",
            )


@check("files", "a session can be written")
def unwritable_file(scene: Scene) -> Iterator[Diagnosis]:
    """Yield what cannot be written, unless another check reports the file."""
    unsafe = credentials_path(scene.environ) in scene.unsafe
    for part, problem in scene.unwritable.items():
        if part not in scene.broken and not (part == CREDENTIALS and unsafe):
            # Without a home directory, a login goes on from memory.
            say = warning if part == STATE and not _has_home(scene) else error
            yield say(problem.message, problem.hint)


@check("files", "the files that variables name exist")
def named_file(scene: Scene) -> Iterator[Diagnosis]:
    for variable, path_of in _NAMED_FILES.items():
        value = scene.environ.get(variable)
        if value and not scene.exists(path_of(scene.environ)):
            path = expand(value, scene.environ)
            yield warning(
                f"{variable} names {path}, which does not exist: it counts as empty",
                unsetting(variable),
            )
    bundle = scene.environ.get("AWS_CA_BUNDLE")
    if bundle and not scene.exists(bundle):
        yield error(
            f"AWS_CA_BUNDLE names {bundle}, which does not exist: no TLS connection is trusted",
            unsetting("AWS_CA_BUNDLE"),
        )


@check("files", "every move and rotation of a key is finished", needs=(STATE,))
def unfinished_keys(scene: Scene) -> Iterator[Diagnosis]:
    for command, profile in scene.unfinished_keys:
        yield warning(
            f"`keys {command}` of profile {profile!r} was interrupted, or is still running",
            f"mfa-session keys {command} --profile {quote(profile)}",
        )


@check("files", "no killed command left a copy of the files")
def copy_left(scene: Scene) -> Iterator[Diagnosis]:
    """Yield each copy that a killed command left; the next command that writes removes it."""
    for copy, path in scene.leftovers.items():
        yield warning(
            f"{copy} is a whole copy of {path} that a killed command left",
            deleting(copy),
        )


@check("files", "no enrolment of a device was interrupted", needs=(STATE,))
def enrolment_left(scene: Scene) -> Iterator[Diagnosis]:
    for serial in scene.interrupted_enrolments:
        yield note(
            f"an enrolment of {serial} was interrupted, or is still running",
            "mfa-session device enroll",
        )


_UNSET_KEYS = unsetting("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_EXPIRIES = ("AWS_SESSION_EXPIRATION", "AWS_CREDENTIAL_EXPIRATION")
_READ = ("CONFIG", "PROFILE", "SOURCE_PROFILE", "MFA_SERIAL", "TOKEN_CODE", "DURATION", "MIN_TTL",
         "NO_INPUT")  # fmt: skip
_OURS = ("ACTIVE", "REGIONS_SET", "GUARD", "GUARD_COMMANDS", "GUARD_FILE", "GUARDED",
         "GUARD_LED_TO", "ASKS_FOR")  # fmt: skip
_PREFIX = "MFA_SESSION_"
COMMANDS = "MFA_SESSION_GUARD_COMMANDS"
"""The variable that the scripts of `shell-init` export: the commands that they guard."""
COMPLETIONS = (
    "~/.local/share/bash-completion/completions/mfa-session",
    "~/.config/fish/completions/mfa-session.fish",
    "/usr/share/bash-completion/completions/mfa-session",
    "/usr/share/zsh/site-functions/_mfa-session",
    "/usr/local/share/zsh/site-functions/_mfa-session",
)
"""Where completion is usually installed without `shell-init`."""
bad_variable = make_readable_check(
    "environment", "bad-variable", "every MFA_SESSION_… variable has a valid value", OPTIONS
)


@check("environment", "no keys in the environment hide a profile", needs=PROFILES)
def environment_keys(scene: Scene) -> Iterator[Diagnosis]:
    """Yield keys in the environment that override a profile, except those of `exec`."""
    environ = scene.environ
    keys = read_keys({name.lower(): value for name, value in environ.items()})
    if keys is None or _find_partial_keys(scene) is not None:
        return
    shadowed = environ.get(profile_variable(environ))
    if shadowed is None and "default" in scene.inputs.profiles:
        shadowed = "default"
    if shadowed is None or (keys.session_token and environ.get("MFA_SESSION_ACTIVE")):
        return
    if _expired_since(scene) is not None:
        return  # `environment-session` reports it
    what = "session keys" if keys.session_token else "long-term keys"
    yield warning(
        f"{what} in the environment ({keys.shown_id}) take precedence over profile {shadowed!r}: "
        "commands without --profile use them",
        _UNSET_KEYS,
    )


@check("environment", "keys in the environment are whole, and can be keys")
def environment_halves(scene: Scene) -> Iterator[Diagnosis]:
    problem = _find_partial_keys(scene)
    if problem is not None:
        yield error(problem, _UNSET_KEYS)


def _find_partial_keys(scene: Scene) -> str | None:
    environ = scene.environ
    key_id, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    token = environ.get("AWS_SESSION_TOKEN") or environ.get("AWS_SECURITY_TOKEN")
    if bool(key_id) != bool(secret):
        present, missing = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
        if not key_id:
            present, missing = missing, present
        return f"{present} is set without {missing}: SDKs fail or ignore it"
    if key_id and key_id.startswith(SESSION_KEY_PREFIX) and not token:
        return "the environment has a session's key without AWS_SESSION_TOKEN: AWS refuses it"
    if key_id and not key_id.startswith(SESSION_KEY_PREFIX) and token:
        return "the environment has a long-term key beside a session token: AWS refuses the pair"
    try:
        environment_source(environ)
    except ConfigurationError as problem:
        return problem.message
    return None


@check("environment", "no expired session in the environment")
def environment_session(scene: Scene) -> Iterator[Diagnosis]:
    since = _expired_since(scene)
    if since is not None:
        yield error(
            f"the session keys in the environment have expired ({since}): AWS refuses them, "
            "and they take precedence over every profile",
            _UNSET_KEYS,
        )


def _expired_since(scene: Scene) -> str | None:
    environ = scene.environ
    if not environ.get("AWS_ACCESS_KEY_ID", "").startswith(SESSION_KEY_PREFIX):
        return None
    for name in _EXPIRIES:
        ends = parse_time(environ.get(name, ""))
        if ends is not None:
            return environ[name] if ends <= scene.now else None
    return None


@check("environment", "no other token in AWS_SECURITY_TOKEN")
def environment_token(scene: Scene) -> Iterator[Diagnosis]:
    legacy = scene.environ.get("AWS_SECURITY_TOKEN")
    token = scene.environ.get("AWS_SESSION_TOKEN")
    if legacy and token and legacy != token:
        yield error(
            "AWS_SECURITY_TOKEN differs from AWS_SESSION_TOKEN, and botocore prefers it",
            unsetting("AWS_SECURITY_TOKEN"),
        )


@check("environment", "the environment names no profile, or one that exists", needs=PROFILES)
def environment_profile(scene: Scene) -> Iterator[Diagnosis]:
    for variable in PROFILE_VARIABLES:
        name = scene.environ.get(variable)
        if not name:
            continue
        known = scene.inputs.profiles.names()
        if name not in known:
            near = nearest_of(name, known, most=1)
            cure = setting(variable, near[0]) if near else unsetting(variable)
            if look_up(scene.inputs, name) is not None:  # a session that does not exist yet
                cure = f"mfa-session login --profile {quote(name)}"
            yield error(f"{variable} is {name!r}, and no profile has that name", cure)
        return  # the other variable has no effect


@check("environment", "AWS_PROFILE and AWS_DEFAULT_PROFILE do not differ")
def two_profile_variables(scene: Scene) -> Iterator[Diagnosis]:
    first, second = (scene.environ.get(name) for name in PROFILE_VARIABLES)
    if first and second and first != second:
        yield warning(
            f"AWS_DEFAULT_PROFILE ({first!r}) takes precedence over AWS_PROFILE ({second!r}) in "
            "the AWS CLI and boto3; other SDKs use AWS_PROFILE",
            unsetting("AWS_DEFAULT_PROFILE"),
        )


@check("environment", "AWS_REGION and AWS_DEFAULT_REGION do not differ")
def two_region_variables(scene: Scene) -> Iterator[Diagnosis]:
    region = scene.environ.get("AWS_REGION")
    default = scene.environ.get("AWS_DEFAULT_REGION")
    if region and default and region != default:
        yield warning(
            f"AWS_REGION is {region!r} and AWS_DEFAULT_REGION {default!r}: "
            "which one applies depends on the tool",
            setting("AWS_DEFAULT_REGION", region),
        )


@check("environment", "every MFA_SESSION_… variable is a setting")
def unread_variable(scene: Scene) -> Iterator[Diagnosis]:
    for name in sorted(scene.environ):
        rest = name[len(_PREFIX) :]
        if name.startswith(_PREFIX) and rest not in (*_READ, *_OURS):
            near = nearest_of(name, [_PREFIX + known for known in _READ], most=1)
            meant = f"; {did_you_mean(near)}" if near else ""
            yield warning(f"nothing reads {name}{meant}", unsetting(name))


@check("environment", "no code is set in the environment")
def code_in_environment(scene: Scene) -> Iterator[Diagnosis]:
    if scene.environ.get(GIVEN_CODE):
        yield note(
            f"{GIVEN_CODE} is set: a code works once, and for less than a minute",
            unsetting(GIVEN_CODE),
        )


@check("shell", "`aws` is guarded in this shell")
def guard_active(scene: Scene) -> Iterator[Diagnosis]:
    """Yield that this shell does not guard `aws`, which is a choice and no fault."""
    if not scene.environ.get(GUARD_SHELL) and _has_home(scene):
        yield note("`aws` is not guarded in this shell", scene.guard_setup)


@check("shell", "this shell guards the commands in [guard] commands", needs=(SETTINGS,))
def guard_commands(scene: Scene) -> Iterator[Diagnosis]:
    here = scene.environ.get(COMMANDS, "aws").split()
    missing = [command for command in scene.guarded if command not in here]
    if scene.environ.get(GUARD_SHELL) and missing:
        yield warning(
            f"this shell does not guard {', '.join(missing)}: "
            "its script is older than [guard] commands",
            scene.guard_renewal,
        )


@check("shell", "this shell completes mfa-session")
def completion(scene: Scene) -> Iterator[Diagnosis]:
    is_set_up = scene.environ.get(GUARD_SHELL) or any(map(scene.exists, COMPLETIONS))
    if not is_set_up and _has_home(scene):
        yield note("no completion of mfa-session was found for this shell", scene.guard_setup)


@check("shell", "the shell finds mfa-session")
def program_path(scene: Scene) -> Iterator[Diagnosis]:
    if scene.environ.get(GUARD_SHELL) and not scene.finds_program("mfa-session"):
        yield warning(
            "this shell guards `aws`, and mfa-session is not on its PATH: `aws` fails",
            "add the directory of mfa-session to PATH in the shell's start file",
        )


def _has_home(scene: Scene) -> bool:
    return not home(scene.environ).startswith("~")


@check("settings", "every code_command can be started", needs=(SETTINGS,))
def code_command(scene: Scene) -> Iterator[Diagnosis]:
    for name, table in scene.inputs.file.sessions.items():
        command = table.get("code_command")
        if command is None:
            if table.get("code") == "command":
                yield error(
                    f'[sessions.{name}] has code = "command" and no code_command',
                    'add one, such as code_command = ["op", "item", "get", "AWS", "--otp"]',
                )
        elif isinstance(command, list) and not scene.finds_program(command[0]):
            yield error(
                f"the code_command of [sessions.{name}] starts {command[0]!r}, which is not found",
                "install it, or write its absolute path",
            )


@check("settings", "every pattern of [guard] matches an operation", needs=(SETTINGS,))
def guard_pattern(scene: Scene) -> Iterator[Diagnosis]:
    for key in ("protect", "allow"):
        patterns = scene.inputs.file.guard.get(key, ())
        for text in dict.fromkeys(text for text in patterns if text in scene.unmatched_patterns):
            near = scene.unmatched_patterns[text]
            protects = "it protects nothing" if key == "protect" else "it allows nothing"
            yield warning(
                f"[guard] {key}: {text!r} matches no operation of AWS: {protects}",
                f"write it as {near!r}, or remove it" if near else f"remove it from [guard] {key}",
            )


@check("settings", "[guard] profile is not set, or a session", needs=(*PROFILES, SETTINGS))
def guard_profile(scene: Scene) -> Iterator[Diagnosis]:
    name = scene.inputs.file.guard.get("profile")
    if name is None or look_up(scene.inputs, name) is not None:
        return
    near = nearest_of(name, {*scene.inputs.file.sessions, *scene.inputs.profiles.names()}, most=1)
    yield warning(
        f"[guard] profile is {name!r}, and there is no session or profile of that name",
        did_you_mean(near) if near else "remove it from [guard], or correct it",
    )
