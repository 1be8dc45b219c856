"""Checks of the environment: variables that override the files, and the shell's setup."""

from __future__ import annotations

from mfa_session.doctor.checks import (
    OPTIONS,
    PROFILES,
    check,
    error,
    make_readable_check,
    note,
    warning,
)
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.feature_ports import SETTINGS
from mfa_session.model.paths import home
from mfa_session.model.session import SESSION_KEY_PREFIX, read_keys
from mfa_session.model.settings import GIVEN_CODE, GUARD_SHELL
from mfa_session.model.text import did_you_mean, nearest_of, quote, setting, unsetting
from mfa_session.model.times import parse_time
from mfa_session.session.names import look_up
from mfa_session.session.sources import environment_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.doctor.checks import Diagnosis, Scene


_UNSET_KEYS = unsetting("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_PROFILE_VARIABLES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
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


@check(
    "environment", "environment-keys", "no keys in the environment hide a profile", needs=PROFILES
)
def look_at_keys(scene: Scene) -> Iterator[Diagnosis]:
    """Yield keys in the environment that override a profile, except those of `exec`."""
    environ = scene.environ
    keys = read_keys({name.lower(): value for name, value in environ.items()})
    if keys is None or _find_partial_keys(scene) is not None:
        return
    shadowed = next((environ[name] for name in _PROFILE_VARIABLES if environ.get(name)), None)
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


@check("environment", "environment-halves", "keys in the environment are whole, and can be keys")
def look_at_partial_keys(scene: Scene) -> Iterator[Diagnosis]:
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


@check("environment", "environment-session", "no expired session in the environment")
def look_at_expiry(scene: Scene) -> Iterator[Diagnosis]:
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


@check("environment", "environment-token", "no other token in AWS_SECURITY_TOKEN")
def look_at_token(scene: Scene) -> Iterator[Diagnosis]:
    """Yield an AWS_SECURITY_TOKEN that differs from AWS_SESSION_TOKEN; botocore prefers it."""
    legacy = scene.environ.get("AWS_SECURITY_TOKEN")
    token = scene.environ.get("AWS_SESSION_TOKEN")
    if legacy and token and legacy != token:
        yield error(
            "AWS_SECURITY_TOKEN differs from AWS_SESSION_TOKEN, and botocore prefers it",
            unsetting("AWS_SECURITY_TOKEN"),
        )


@check(
    "environment",
    "environment-profile",
    "the environment names no profile, or one that exists",
    needs=PROFILES,
)
def look_at_profile(scene: Scene) -> Iterator[Diagnosis]:
    """Yield a profile variable in effect that names no profile."""
    for variable in _PROFILE_VARIABLES:
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


@check("environment", "two-profile-variables", "AWS_PROFILE and AWS_DEFAULT_PROFILE do not differ")
def look_at_two_profiles(scene: Scene) -> Iterator[Diagnosis]:
    first, second = (scene.environ.get(name) for name in _PROFILE_VARIABLES)
    if first and second and first != second:
        yield warning(
            f"AWS_DEFAULT_PROFILE ({first!r}) takes precedence over AWS_PROFILE ({second!r}) in "
            "the AWS CLI and boto3; other SDKs use AWS_PROFILE",
            unsetting("AWS_DEFAULT_PROFILE"),
        )


@check("environment", "two-region-variables", "AWS_REGION and AWS_DEFAULT_REGION do not differ")
def look_at_regions(scene: Scene) -> Iterator[Diagnosis]:
    region = scene.environ.get("AWS_REGION")
    default = scene.environ.get("AWS_DEFAULT_REGION")
    if region and default and region != default:
        yield warning(
            f"AWS_REGION is {region!r} and AWS_DEFAULT_REGION {default!r}: "
            "which one applies depends on the tool",
            setting("AWS_DEFAULT_REGION", region),
        )


@check("environment", "unread-variable", "every MFA_SESSION_… variable is a setting")
def look_at_names(scene: Scene) -> Iterator[Diagnosis]:
    for name in sorted(scene.environ):
        rest = name[len(_PREFIX) :]
        if name.startswith(_PREFIX) and rest not in (*_READ, *_OURS):
            near = nearest_of(name, [_PREFIX + known for known in _READ], most=1)
            meant = f"; {did_you_mean(near)}" if near else ""
            yield warning(f"nothing reads {name}{meant}", unsetting(name))


@check("environment", "code-in-environment", "no code is set in the environment")
def look_at_given_code(scene: Scene) -> Iterator[Diagnosis]:
    if scene.environ.get(GIVEN_CODE):
        yield note(
            f"{GIVEN_CODE} is set: a code works once, and for less than a minute",
            unsetting(GIVEN_CODE),
        )


@check("shell", "guard-active", "`aws` is guarded in this shell")
def look_at_guard(scene: Scene) -> Iterator[Diagnosis]:
    """Yield that this shell does not guard `aws`, which is a choice and no fault."""
    if not scene.environ.get(GUARD_SHELL) and _has_home(scene):
        yield note("`aws` is not guarded in this shell", _suggest_setup(scene))


@check(
    "shell",
    "guard-commands",
    "this shell guards the commands in [guard] commands",
    needs=(SETTINGS,),
)
def look_at_commands(scene: Scene) -> Iterator[Diagnosis]:
    shell = scene.environ.get(GUARD_SHELL)
    here = scene.environ.get(COMMANDS, "aws").split()
    missing = [command for command in scene.guarded if command not in here]
    if shell and missing:
        yield warning(
            f"this shell does not guard {', '.join(missing)}: "
            "its script is older than [guard] commands",
            _suggest_renewal(scene, shell),
        )


def _suggest_renewal(scene: Scene, shell: str) -> str:
    script = f"mfa-session shell-init {shell}"
    if scene.guard_script is not None:
        path = quote(scene.guard_script)
        return f"{script} > {path} && . {path}"
    return scene.eval_line(shell, script)


@check("shell", "completion", "this shell completes mfa-session")
def look_at_completion(scene: Scene) -> Iterator[Diagnosis]:
    is_set_up = scene.environ.get(GUARD_SHELL) or any(map(scene.exists, COMPLETIONS))
    if not is_set_up and _has_home(scene):
        yield note("no completion of mfa-session was found for this shell", _suggest_setup(scene))


@check("shell", "program-path", "the shell finds mfa-session")
def look_at_program(scene: Scene) -> Iterator[Diagnosis]:
    if scene.environ.get(GUARD_SHELL) and not scene.finds_program("mfa-session"):
        yield warning(
            "this shell guards `aws`, and mfa-session is not on its PATH: `aws` fails",
            "add the directory of mfa-session to PATH in the shell's start file",
        )


def _has_home(scene: Scene) -> bool:
    return not home(scene.environ).startswith("~")


def _suggest_setup(scene: Scene) -> str:
    return scene.guard_setup(scene.environ.get("SHELL", "").rpartition("/")[2])
