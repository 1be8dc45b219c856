"""Checks of the files: owners, modes, whether they parse, and config.toml's values."""

from __future__ import annotations

from mfa_session.doctor.checks import PROFILES, check, error, make_readable_check, note, warning
from mfa_session.model.feature_ports import CONFIG, CREDENTIALS, SETTINGS, STATE
from mfa_session.model.paths import config_path, credentials_path, expand, home, settings_path
from mfa_session.model.settings import SESSION_KEYS, TABLES
from mfa_session.model.text import deleting, did_you_mean, nearest_of, quote, unsetting
from mfa_session.session.names import look_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.doctor.checks import Diagnosis, Scene


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


@check("files", "unsafe-file", "nobody else may write the files")
def look_at_owners(scene: Scene) -> Iterator[Diagnosis]:
    for path, problem in scene.unsafe.items():
        # Only a warning for the AWS config file, which all tools, ours included, still read.
        say = warning if path == config_path(scene.environ) else error
        yield say(problem.message, problem.hint)


@check("files", "file-mode", "nobody else may read what is secret")
def look_at_modes(scene: Scene) -> Iterator[Diagnosis]:
    """Yield what others can read; `unsafe-file` reports what they can write."""
    for place in scene.places:
        if place.is_open and (place.is_directory or not place.mode & OTHERS_MAY_WRITE):
            yield warning(
                f"others have access to {place.what} {place.path} (mode {place.mode:04o})",
                "mfa-session doctor --fix",
            )


@check("files", "unwritable-file", "a session can be written")
def look_at_unwritable(scene: Scene) -> Iterator[Diagnosis]:
    """Yield what cannot be written, unless another check reports the file."""
    unsafe = credentials_path(scene.environ) in scene.unsafe
    for part, problem in scene.unwritable.items():
        if part not in scene.broken and not (part == CREDENTIALS and unsafe):
            # Without a home directory, a login goes on from memory.
            say = warning if part == STATE and home(scene.environ)[:1] == "~" else error
            yield say(problem.message, problem.hint)


@check("files", "named-file", "the files that variables name exist")
def look_at_named_files(scene: Scene) -> Iterator[Diagnosis]:
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


@check("files", "unfinished-keys", "every move and rotation of a key is finished", needs=(STATE,))
def look_at_unfinished_keys(scene: Scene) -> Iterator[Diagnosis]:
    for command, profile in scene.unfinished_keys:
        yield warning(
            f"`keys {command}` of profile {profile!r} was interrupted, or is still running",
            f"mfa-session keys {command} --profile {quote(profile)}",
        )


@check("files", "copy-left", "no killed command left a copy of the files")
def look_at_copies(scene: Scene) -> Iterator[Diagnosis]:
    """Yield each copy that a killed command left; the next command that writes removes it."""
    for copy, path in scene.leftovers.items():
        yield warning(
            f"{copy} is a whole copy of {path} that a killed command left",
            deleting(copy),
        )


@check("files", "enrolment-left", "no enrolment of a device was interrupted", needs=(STATE,))
def look_at_interrupted_enrolments(scene: Scene) -> Iterator[Diagnosis]:
    for serial in scene.interrupted_enrolments:
        yield note(
            f"an enrolment of {serial} was interrupted, or is still running",
            "mfa-session device enroll",
        )


@check("settings", "code-command", "every code_command can be started", needs=(SETTINGS,))
def look_at_code_commands(scene: Scene) -> Iterator[Diagnosis]:
    """Yield each code_command that cannot be started, and code = "command" without one."""
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


@check(
    "settings", "guard-pattern", "every pattern of [guard] matches an operation", needs=(SETTINGS,)
)
def look_at_patterns(scene: Scene) -> Iterator[Diagnosis]:
    for key in ("protect", "allow"):
        patterns = scene.inputs.file.guard.get(key, ())
        for text in dict.fromkeys(text for text in patterns if text in scene.unmatched_patterns):
            near = scene.unmatched_patterns[text]
            protects = "it protects nothing" if key == "protect" else "it allows nothing"
            yield warning(
                f"[guard] {key}: {text!r} matches no operation of AWS: {protects}",
                f"write it as {near!r}, or remove it" if near else f"remove it from [guard] {key}",
            )


@check(
    "settings",
    "guard-profile",
    "[guard] profile is not set, or a session",
    needs=(*PROFILES, SETTINGS),
)
def look_at_guard_profile(scene: Scene) -> Iterator[Diagnosis]:
    name = scene.inputs.file.guard.get("profile")
    if name is None or look_up(scene.inputs, name) is not None:
        return
    near = nearest_of(name, {*scene.inputs.file.sessions, *scene.inputs.profiles.names()}, most=1)
    yield warning(
        f"[guard] profile is {name!r}, and there is no session or profile of that name",
        did_you_mean(near) if near else "remove it from [guard], or correct it",
    )
