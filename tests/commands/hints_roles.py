"""The hints of roles: login --all, the AWS CLI's cache, the console, a served job."""

from __future__ import annotations

from commands.hint_rows import BOOKS, Row, World, full_disk, interrupt

ALL = ("login", "--all")
ROLE = f'[sessions.books]\nvia = "mfa"\nrole_arn = "{BOOKS}"\n'
DESCRIBED = f"[sessions.mfa]\n{ROLE}"
ASKING = f"[profile books]\nrole_arn = {BOOKS}\nregion = eu-west-1\n"


def described(w: World) -> None:
    """Describe a role in config.toml."""
    w.add_role()
    w.files.write(settings=DESCRIBED)


def expired_in_the_middle(w: World) -> None:
    described(w)
    w.log_in()
    w.aws.fail("AssumeRole", times=1, status=403, code="ExpiredToken", message="Expired.")


def full_disk_for_roles(w: World) -> None:
    described(w)
    w.log_in()
    full_disk(w)


def lost_in_keyring(w: World) -> None:
    """Log in, and remove the session's keys from the keyring."""
    described(w)
    w.log_in("--store", "keyring")
    (w.home / "keyring.json").write_text("{}")


def asking(w: World, source: str = "default") -> None:
    """Write a profile for which the AWS CLI asks for a code."""
    w.add_role()
    lines = f"source_profile = {source}\nmfa_serial = {w.phone.serial}\n"
    w.files.write(config=f"{ASKING}{lines}[profile plain]\nregion = eu-west-1\n")


def asking_of_session(w: World) -> None:
    w.log_in()
    asking(w, "mfa")


def interrupted(w: World) -> None:
    described(w)
    w.files.write(settings=DESCRIBED + ROLE.replace("books]", "shelf]"))
    w.log_in()
    w.meanwhile("AssumeRole", interrupt)


def warm_interrupted(w: World) -> None:
    asking(w)
    first = w.files.config.read_text().partition("[profile plain]")[0]
    second = first.replace("books]", "shelf]") + "role_session_name = second\n"
    w.files.write(config=first + second)
    w.log_in()
    w.meanwhile("AssumeRole", interrupt)


def sign_in_refused(w: World) -> None:
    described(w)
    assert w.run(*ALL, env={"MFA_SESSION_TOKEN_CODE": w.phone.code()}).exit_code == 0
    sessions = w.aws.directory.sessions
    for key_id in [key_id for key_id, session in sessions.items() if session.role is not None]:
        del sessions[key_id]


ROWS = {
    "what every login to all says": Row(
        "roles.login_all:_report", "status", ALL, described, exit_code=0, then=ALL
    ),
    "options of one session beside --all": Row(
        "cli.login:_run_all",
        "login --all",
        (*ALL, "--profile", "mfa"),
        described,
        then=("status", "--check", "--profile", "books"),
    ),
    "no session described": Row(
        "roles.plan:make_plan",
        "configure",
        ALL,
        then=ALL,
    ),
    "a base session that expires in the middle": Row(
        "roles.sessions:_expired", "login", ALL, expired_in_the_middle, then=ALL
    ),
    "a base session that the keyring has lost": Row(
        "files.keyring_sessions:_keys", "login", ALL, lost_in_keyring, gives_code=False, then=ALL
    ),
    "roles that no disk takes": Row(
        "roles.sessions:_unwritten", "login", ALL, full_disk_for_roles, then=ALL
    ),
    "a login to all that is interrupted": Row(
        "roles.sessions:_raise", "login", (*ALL, "--jobs", "1"), interrupted, then=ALL
    ),
    "a warming that is interrupted": Row(
        "roles.warm:_raise", "warm", ("warm", "--jobs", "1"), warm_interrupted, then=("warm",)
    ),
    "how long the AWS CLI asks nothing": Row(
        "roles.warm:report", "warm", ("warm",), asking, exit_code=0, then=("warm",)
    ),
    "a profile that warm cannot serve": Row(
        "roles.warm:_not_served", "warm", ("warm", "books", "plain"), asking, then=("warm", "books")
    ),
    "a role of a session that has a serial left": Row(
        "roles.cli_cache:_source",
        "configure",
        ("warm",),
        asking_of_session,
        exit_code=0,
        then=("warm",),
    ),
    "configure, with a profile that asks": Row(
        "setup.interview",
        "warm",
        ("configure", "--role", f"shelf={BOOKS}"),
        asking,
        exit_code=0,
        then=("warm",),
    ),
    "the console without a role, and one is known": Row(
        "roles.console:_console_of",
        "console",
        ("console", "--print"),
        described,
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
        described,
        then=("status", "--check", "--profile", "books"),
    ),
    "a session that the sign-in refuses": Row(
        "roles.console:_login_url",
        "login",
        ("console", "--print", "--profile", "books"),
        sign_in_refused,
        then=("console", "--print", "--profile", "books"),
    ),
}
