"""Checks of the profiles in the AWS files: settings that hide others, or lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from mfa_session.doctor.checks import PROFILES, Diagnosis, Scene, check, error, note, warning
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.feature_ports import CONFIG, SETTINGS
from mfa_session.model.profiles import (
    config_header,
    headers_without_profile,
    leads_back,
    process_profile,
    stored_profile,
)
from mfa_session.model.session import (
    SESSION_KEY_PREFIX,
    has_lost_key_id,
    is_managed,
    read_keys,
)
from mfa_session.model.text import quote
from mfa_session.session.names import (
    DEFAULT_NAME,
    HIDES_STATIC_KEYS,
    check_kept,
    check_portable,
    default_name,
    look_up,
    session_behind,
)
from mfa_session.session.sources import source_in
from mfa_session.session.validation import check_pasted_keys, check_serial

MAX_NAMED = 5
_GIVES_CREDENTIALS = {"aws_access_key_id", "credential_source", *HIDES_STATIC_KEYS}


@check("profiles", "no role_arn hides static keys", needs=PROFILES)
def role_hides_keys(scene: Scene) -> Iterator[Diagnosis]:
    for name, section in scene.inputs.profiles.sections():
        keys = read_keys(section)
        # A role whose source is its own profile is assumed with these keys.
        if keys is not None and "role_arn" in section and section.get("source_profile") != name:
            yield warning(
                f"profile {name!r} has keys ({keys.shown_id}) and a role_arn: "
                "SDKs assume the role and ignore the keys",
                "move the keys to a profile of their own, and name it: source_profile = NAME",
            )


@check("profiles", "no static keys hide a credential_process or an `aws login`", needs=PROFILES)
def keys_hide_process(scene: Scene) -> Iterator[Diagnosis]:
    for name, section in scene.inputs.profiles.sections():
        keys = read_keys(scene.inputs.profiles.in_credentials(name))
        if keys is not None and "credential_process" in section and "role_arn" not in section:
            yield warning(
                f"profile {name!r} has keys ({keys.shown_id}) and a credential_process, "
                "which most SDKs never run",
                f"remove the keys of profile {name!r}, or the credential_process",
            )
        if keys is not None and "login_session" in section:
            yield warning(
                f"profile {name!r} has keys ({keys.shown_id}) and a login_session: AWS's tools "
                "use the keys, and `aws login` refuses the profile",
                f"mfa-session logout --profile {quote(name)}"
                if is_managed(scene.inputs.profiles.in_credentials(name))
                else f"remove the keys of profile {name!r}, or its login_session",
            )


@check("profiles", "every profile's keys are whole, and can be keys", needs=PROFILES)
def partial_keys(scene: Scene) -> Iterator[Diagnosis]:
    for name, section in scene.inputs.profiles.sections():
        if is_managed(section) or has_lost_key_id(section):
            continue  # `session-damaged` reports it
        key_id = section.get("aws_access_key_id", "").strip()
        secret = section.get("aws_secret_access_key", "").strip()
        try:
            check_pasted_keys(scene.inputs, name)
        except ConfigurationError as problem:
            if problem.code != "old-session-token":  # `stale-token` reports it
                yield error(problem.message, problem.hint)
        token = section.get("aws_session_token") or section.get("aws_security_token")
        if secret and key_id.startswith(SESSION_KEY_PREFIX) and not token:
            yield error(
                f"profile {name!r} has a session's key without aws_session_token: AWS refuses it",
                "log in again with the tool that wrote it, or remove the section",
            )


@check("profiles", "every session token belongs to its keys", needs=PROFILES)
def stale_token(scene: Scene) -> Iterator[Diagnosis]:
    for name, section in scene.inputs.profiles.sections():
        key_id = section.get("aws_access_key_id", "").strip()
        token, legacy = section.get("aws_session_token"), section.get("aws_security_token")
        if key_id and not key_id.startswith(SESSION_KEY_PREFIX) and (token or legacy):
            yield error(
                f"profile {name!r} has a session token beside a long-term key: "
                "AWS refuses the pair",
                f"aws configure set aws_session_token '' --profile {quote(name)}"
                if token and not legacy
                else f"remove aws_session_token and aws_security_token of profile {name!r}",
            )
        elif token and legacy and token != legacy:
            yield error(
                f"profile {name!r} has an aws_security_token that differs from its "
                "aws_session_token, and botocore prefers it",
                f"remove aws_security_token of profile {name!r}",
            )


@check("profiles", "every source_profile leads to keys", needs=PROFILES)
def source_profile(scene: Scene) -> Iterator[Diagnosis]:
    for name, section in scene.inputs.profiles.sections():
        source = section.get("source_profile")
        if "role_arn" not in section or not source:
            continue
        if source not in scene.inputs.profiles:
            yield error(
                f"the source_profile of profile {name!r} is {source!r}, which does not exist"
                + ("" if look_up(scene.inputs, source) is None else " until you log in"),
                f"mfa-session login --profile {quote(source)}"
                if look_up(scene.inputs, source) or source == default_name(scene.inputs)
                else f"correct source_profile of profile {name!r}",
            )
        elif source != name and _GIVES_CREDENTIALS.isdisjoint(
            scene.inputs.profiles.section(source)
        ):
            yield error(
                f"the source_profile of profile {name!r} is {source!r}, which has no keys",
                f"aws configure --profile {quote(source)}",
            )


@check("profiles", "every credential_process can be started", needs=PROFILES)
def credential_process(scene: Scene) -> Iterator[Diagnosis]:
    for name, section in scene.inputs.profiles.sections():
        process = section.get("credential_process", "").strip()
        program = _first_word(process)
        if not process:
            continue
        if program is None or not scene.finds_program(program):
            yield error(
                f"the credential_process of profile {name!r} starts {program or process!r}, "
                "which is not found",
                f"mfa-session keys import --profile {quote(name)}"
                if stored_profile(process) == name
                else f"correct credential_process of profile {name!r}: "
                "write the program's absolute path",
            )
        elif leads_back(process):
            asked = process_profile(process)
            usual = {None, DEFAULT_NAME, default_name(scene.inputs)}
            if asked not in usual and look_up(scene.inputs, str(asked)) is None:
                yield error(
                    f"the credential_process of profile {name!r} asks for session {asked!r}, "
                    "which does not exist",
                    f"correct --profile in credential_process of profile {name!r}",
                )


def _first_word(process: str) -> str | None:
    import shlex  # noqa: PLC0415

    try:
        words = shlex.split(process)
    except ValueError:
        return None
    return words[0] if words else None


@check("profiles", "every mfa_serial may be a device's", needs=PROFILES)
def device_serial(scene: Scene) -> Iterator[Diagnosis]:
    serials = [
        (f"profile {name!r}", section[key])
        for name, section in scene.inputs.profiles.sections()
        for key in ("mfa_serial", "aws_mfa_device")
        if section.get(key)
    ]
    tables = scene.inputs.file.sessions.items()
    serials += [
        (f"[sessions.{name}]", table["mfa_serial"])
        for name, table in tables
        if "mfa_serial" in table
    ]
    if scene.environ.get("MFA_SESSION_MFA_SERIAL"):
        serials.append(("MFA_SESSION_MFA_SERIAL", scene.environ["MFA_SESSION_MFA_SERIAL"]))
    for place, serial in serials:
        try:
            check_serial(serial.strip())
        except ConfigurationError as problem:  # noqa: PERF203  # each is looked at
            yield error(f"{place}: {problem.message}", problem.hint)


@check("profiles", "no mfa_serial is where SDKs ignore it", needs=PROFILES)
def ignored_serial(scene: Scene) -> Iterator[Diagnosis]:
    for name, section in scene.inputs.profiles.sections():
        if section.get("mfa_serial") and "role_arn" not in section:
            yield note(
                f"profile {name!r} has an mfa_serial and no role_arn: the AWS CLI and SDKs ignore "
                "it; mfa-session uses it",
            )


@check(
    "profiles",
    "no role asks for a code although its source is an MFA session",
    needs=(*PROFILES, SETTINGS),
)
def leftover_serial(scene: Scene) -> Iterator[Diagnosis]:
    for name, section in scene.inputs.profiles.sections():
        source = section.get("source_profile", "")
        if "role_arn" not in section or not section.get("mfa_serial") or source == name:
            continue
        session = _find_session(scene, source)
        if session is not None:
            yield warning(
                f"profile {name!r} has an mfa_serial, and its source {source!r} is an MFA session: "
                "the AWS CLI asks for a code that AWS then refuses",
                f"mfa-session configure --profile {quote(session)} --repoint {quote(name)} "
                "--no-login --yes",
            )


@check("profiles", "every role profile has a region", needs=(*PROFILES, SETTINGS))
def role_region(scene: Scene) -> Iterator[Diagnosis]:
    if scene.environ.get("AWS_DEFAULT_REGION") or scene.environ.get("AWS_REGION"):
        return
    for name, section in scene.inputs.profiles.sections():
        source = section.get("source_profile", "")
        if "role_arn" not in section or section.get("region") or not _find_session(scene, source):
            continue
        region = scene.inputs.profiles.section(source).get("region")
        if region:
            yield warning(
                f"profile {name!r} has no region, and AWS's tools do not use the one of its "
                f"source_profile {source!r}",
                f"aws configure set region {quote(region)} --profile {quote(name)}",
            )


@check("profiles", "no role profile makes the AWS CLI ask for a code", needs=PROFILES)
def role_asks_code(scene: Scene) -> Iterator[Diagnosis]:
    asking = [
        name
        for name, section in scene.inputs.profiles.sections()
        if "role_arn" in section
        and section.get("mfa_serial")
        and source_in(scene.inputs, section.get("source_profile", "")) is not None
    ]
    if asking:
        more = f" and {len(asking) - MAX_NAMED} more" if len(asking) > MAX_NAMED else ""
        yield note(
            f"the AWS CLI asks for a code every hour for: {', '.join(asking[:MAX_NAMED])}{more}",
            "mfa-session warm",
        )


def _find_session(scene: Scene, name: str) -> str | None:
    behind = session_behind(scene.inputs, name)
    named = look_up(scene.inputs, behind) if behind else None
    return named.name if named else behind


@check("profiles", "every profile of the AWS config file has its header", needs=(CONFIG,))
def section_header(scene: Scene) -> Iterator[Diagnosis]:
    config = scene.inputs.profiles.config
    for header in headers_without_profile(config):
        name = header.partition(" ")[2] if header.lower().startswith("profile ") else header
        yield warning(
            f"[{header}] in {config.path} is not a profile: its settings are not used",
            f"write its header as [{config_header(name.strip())}]",
        )


@check("profiles", "every SDK can read the profiles' names", needs=PROFILES)
def profile_name(scene: Scene) -> Iterator[Diagnosis]:
    for name, section in scene.inputs.profiles.sections():
        try:
            check_kept(scene.inputs, name)
            check_portable(name, "profile's name for every SDK")
        except ConfigurationError as problem:  # noqa: PERF203  # as above
            logout = f"mfa-session logout --profile {quote(name)}"
            yield warning(problem.message, logout if is_managed(section) else problem.hint)
