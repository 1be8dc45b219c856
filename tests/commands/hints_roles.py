"""The hints of roles: `login --all`, the AWS CLI's cache and the console."""

from __future__ import annotations

from commands.hint_rows import BOOKS, Row, World, fill_disk, interrupt
from full_sandbox.holders import RoleSession

ALL = ("login", "--all")
ROLE = f'[sessions.books]\nvia = "mfa"\nrole_arn = "{BOOKS}"\n'
WITH_ROLE = f"[sessions.mfa]\n{ROLE}"
ASKING_PROFILE = f"[profile books]\nrole_arn = {BOOKS}\nregion = eu-west-1\n"


def add_role_to_settings(w: World) -> None:
    """Make a role, and write it to config.toml."""
    w.add_role()
    w.files.write(settings=WITH_ROLE)


def expire_meanwhile(w: World) -> None:
    add_role_to_settings(w)
    w.log_in()
    w.aws.fail("AssumeRole", times=1, status=403, code="ExpiredToken", message="Expired.")


def fill_disk_for_roles(w: World) -> None:
    add_role_to_settings(w)
    w.log_in()
    fill_disk(w)


def lose_keys_in_keyring(w: World) -> None:
    """Log in, and remove the session's keys from the keyring."""
    add_role_to_settings(w)
    w.log_in("--store", "keyring")
    (w.home / "keyring.json").write_text("{}")


def add_asking_profile(w: World, source: str = "default") -> None:
    """Write a profile for which the AWS CLI asks for a code."""
    w.add_role()
    lines = f"source_profile = {source}\nmfa_serial = {w.phone.serial}\n"
    w.files.write(config=f"{ASKING_PROFILE}{lines}[profile plain]\nregion = eu-west-1\n")


def add_asking_profile_of_session(w: World) -> None:
    w.log_in()
    add_asking_profile(w, "mfa")


def interrupt_login(w: World) -> None:
    add_role_to_settings(w)
    w.files.write(settings=WITH_ROLE + ROLE.replace("books]", "shelf]"))
    w.log_in()
    w.meanwhile("AssumeRole", interrupt)


def interrupt_warm(w: World) -> None:
    add_asking_profile(w)
    first = w.files.config.read_text().partition("[profile plain]")[0]
    second = first.replace("books]", "shelf]") + "role_session_name = second\n"
    w.files.write(config=first + second)
    w.log_in()
    w.meanwhile("AssumeRole", interrupt)


def refuse_sign_in(w: World) -> None:
    add_role_to_settings(w)
    assert w.run(*ALL, env={"MFA_SESSION_TOKEN_CODE": w.phone.code()}).exit_code == 0
    sessions = w.aws.directory.sessions
    for key_id in [
        key_id for key_id, session in sessions.items() if isinstance(session, RoleSession)
    ]:
        del sessions[key_id]


ROWS = {
    "the summary of login --all": Row(
        "roles.login_all:report", "status", ALL, add_role_to_settings, exit_code=0, then=ALL
    ),
    "--profile beside --all": Row(
        "cli.sessions:_run_all",
        "login --all",
        (*ALL, "--profile", "mfa"),
        add_role_to_settings,
        then=("status", "--check", "--profile", "books"),
    ),
    "no session in config.toml": Row(
        "roles.login_all:make_plan",
        "configure",
        ALL,
        then=ALL,
    ),
    "a base session that expires meanwhile": Row(
        "roles.sessions:_expired", "login", ALL, expire_meanwhile, then=ALL
    ),
    "a base session whose keys the keyring has lost": Row(
        "files.beside:_fetch_keys",
        "login",
        ALL,
        lose_keys_in_keyring,
        gives_code=False,
        then=ALL,
    ),
    "a full disk for roles": Row(
        "roles.sessions:_unwritten", "login", ALL, fill_disk_for_roles, then=ALL
    ),
    "an interrupted login --all": Row(
        "roles.sessions:_raise", "login", (*ALL, "--jobs", "1"), interrupt_login, then=ALL
    ),
    "an interrupted warm": Row(
        "roles.warm:_assume", "warm", ("warm", "--jobs", "1"), interrupt_warm, then=("warm",)
    ),
    "the summary of warm": Row(
        "roles.warm:report", "warm", ("warm",), add_asking_profile, exit_code=0, then=("warm",)
    ),
    "a profile that warm cannot serve": Row(
        "roles.warm:_not_served",
        "warm",
        ("warm", "books", "plain"),
        add_asking_profile,
        then=("warm", "books"),
    ),
    "a role of a session with an mfa_serial": Row(
        "roles.warm:_source",
        "configure",
        ("warm",),
        add_asking_profile_of_session,
        exit_code=0,
        then=("warm",),
    ),
    "configure with a profile for which the AWS CLI asks": Row(
        "setup.interview",
        "warm",
        ("configure", "--role", f"shelf={BOOKS}"),
        add_asking_profile,
        exit_code=0,
        then=("warm",),
    ),
    "the console without a role, one of which is configured": Row(
        "roles.console:_console_of",
        "console",
        ("console", "--print"),
        add_role_to_settings,
        then=("console", "--print", "--profile", "books"),
    ),
    "the console without a role": Row(
        "roles.console:_console_of",
        "login",
        ("console", "--print"),
        World.add_role,
        fills={"NAME": "books", "ARN": BOOKS},
        then=("console", "--print", "--profile", "books"),
    ),
    "the console without a browser": Row(
        "roles.console:_browser",
        "--print",
        ("console", "--profile", "books"),
        add_role_to_settings,
        then=("status", "--check", "--profile", "books"),
    ),
    "a session that the console's sign-in refuses": Row(
        "roles.console:_login_url",
        "login",
        ("console", "--print", "--profile", "books"),
        refuse_sign_in,
        then=("console", "--print", "--profile", "books"),
    ),
}
