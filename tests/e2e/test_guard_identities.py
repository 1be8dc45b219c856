"""A protected command of the real AWS CLI gets a session of its own identity.

Carol has a key in account 1234…, dave one in account 4444…; each has a phone. Each case means one
of the two, and must not touch the other's key and sessions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from guarding import SHOW, STOP, path_with, put_program, real_cli, shown_by, stops
from places import AwsFiles, long_term

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Run
    from full_sandbox import FullSandbox
    from full_sandbox.holders import Role
    from mfa_session.sandbox.identities import Device, User

CAROL, DAVE, BOOKS = "carol", "dave", "books"
OTHER_ACCOUNT, ROLE_ACCOUNT = "444455556666", "777788889999"
NEEDS_MFA = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": ["ec2:StopInstances", "sts:AssumeRole"],
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        },
    ],
}


class World(NamedTuple):
    """The users and the role, and the files of their home."""

    aws: FullSandbox
    files: AwsFiles
    users: dict[str, User]
    phones: dict[str, Device]
    role: Role

    def fill(self, text: str) -> str:
        """Replace the names of keys, secrets, serials and the role in a text by their values."""
        for name, user in self.users.items():
            text = text.replace(f"<{name}'s keys>", "\n".join(long_term(user).splitlines()[1:]))
            text = text.replace(f"<{name}'s id>", user.access_key_id)
            text = text.replace(f"<{name}'s secret>", user.secret_access_key)
            text = text.replace(f"<{name}'s phone>", self.phones[name].serial)
        return text.replace("<role>", self.role.arn)


@pytest.fixture
def world(aws: FullSandbox, files: AwsFiles) -> World:
    """Make carol and dave, and a role that trusts both with MFA."""
    users = {
        CAROL: aws.create_user(CAROL, policies=[NEEDS_MFA]),
        DAVE: aws.create_user(DAVE, account=OTHER_ACCOUNT, policies=[NEEDS_MFA]),
    }
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": [user.arn for user in users.values()]},
        "Action": "sts:AssumeRole",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    role = aws.create_role(
        BOOKS,
        account=ROLE_ACCOUNT,
        trust={"Version": "2012-10-17", "Statement": [trust]},
        policies=[{**NEEDS_MFA, "Statement": NEEDS_MFA["Statement"][:1]}],
    )
    phones = {name: aws.create_device(user) for name, user in users.items()}
    return World(aws, files, users, phones, role)


BOTH = "[default]\n<carol's keys>\n[prod]\n<dave's keys>\n"
REGION = "[default]\nregion = eu-west-1\n"


class Case(NamedTuple):
    """A command's words and environment, and the session that it gets."""

    who: str
    session: str
    options: tuple[str, ...] = ()
    env: dict[str, str] = {}  # noqa: RUF012  # read only
    before: tuple[tuple[str, ...], ...] = ()
    config: str = ""
    settings: str = ""
    credentials: str = BOTH
    guard: tuple[str, ...] = ()
    by: str | None = None
    """Whose long-term key gets the session; None if the session exists."""


IN_ENV = {"AWS_ACCESS_KEY_ID": "<dave's id>", "AWS_SECRET_ACCESS_KEY": "<dave's secret>"}
PROD = ("--profile", "prod")
MFA = ("carol", "login")
WORK = ("dave", "login", "--profile", "work", "--source-profile", "prod")
BY_DEFAULT = "[profile books]\nrole_arn = <role>\nsource_profile = default\n"
CASES = {
    "default": Case(CAROL, "mfa", by=CAROL),
    "--profile": Case(DAVE, "prod", PROD, by=DAVE),
    "--profile, and another's session is valid": Case(DAVE, "prod", PROD, before=(MFA,), by=DAVE),
    "AWS_PROFILE": Case(DAVE, "prod", env={"AWS_PROFILE": "prod"}, by=DAVE),
    "AWS_PROFILE, and the default session is another's": Case(
        DAVE, "prod", env={"AWS_PROFILE": "prod"}, before=(MFA,), by=DAVE
    ),
    "AWS_DEFAULT_PROFILE": Case(
        DAVE, "prod", env={"AWS_DEFAULT_PROFILE": "prod", "AWS_PROFILE": "default"}, by=DAVE
    ),
    "keys in the environment": Case(DAVE, "mfa-<suffix>", env=IN_ENV, by=DAVE),
    "keys in the environment override AWS_PROFILE": Case(
        DAVE, "mfa-<suffix>", env={**IN_ENV, "AWS_PROFILE": "default"}, by=DAVE
    ),
    "--profile overrides keys in the environment": Case(
        CAROL, "mfa", ("--profile", "default"), IN_ENV, by=CAROL
    ),
    "keys in the environment, and the default session is another's": Case(
        DAVE, "mfa-<suffix>", env=IN_ENV, before=(MFA,), by=DAVE
    ),
    "a valid session": Case(DAVE, "work", PROD, before=(MFA, WORK)),
    "a valid session by its name": Case(
        DAVE, "work", ("--profile", "work"), IN_ENV, before=(MFA, WORK)
    ),
    "a session of config.toml": Case(
        DAVE, "work", PROD, settings='[sessions.work]\nsource_profile = "prod"\n', by=DAVE
    ),
    "[guard] profile is another's": Case(
        DAVE, "work", PROD, before=(MFA, WORK), settings='[guard]\nprofile = "mfa"\n'
    ),
    "MFA_SESSION_PROFILE is another's": Case(
        DAVE, "work", PROD, {"MFA_SESSION_PROFILE": "mfa"}, before=(MFA, WORK)
    ),
    "MFA_SESSION_SOURCE_PROFILE is another's": Case(
        CAROL, "mfa", (), {"MFA_SESSION_SOURCE_PROFILE": "prod"}, by=CAROL
    ),
    "guard --profile of the same identity": Case(
        DAVE, "work", PROD, before=(MFA, WORK), guard=("--profile", "work")
    ),
    "inside exec": Case(
        CAROL, "mfa", before=(MFA, WORK), env={"AWS_PROFILE": "prod"},
        guard=("exec", "--profile", "mfa"),
    ),
    "inside exec, --profile": Case(
        DAVE, "work", PROD, before=(MFA, WORK), guard=("exec", "--profile", "mfa")
    ),
    "a role from long-term keys": Case(
        BOOKS, "books", ("--profile", "books"), config=BY_DEFAULT, by=CAROL
    ),
    "a role from a valid session": Case(
        BOOKS, "books", ("--profile", "books"), config=BY_DEFAULT, before=(WORK, MFA)
    ),
    "a role whose source profile is a session": Case(
        BOOKS, "books", env={"AWS_PROFILE": "books"}, before=(WORK, MFA),
        config="[profile books]\nrole_arn = <role>\nsource_profile = mfa\n",
    ),
    "a role from keys in the environment": Case(
        BOOKS, "books", ("--profile", "books"), IN_ENV, by=DAVE,
        config="[profile books]\nrole_arn = <role>\ncredential_source = Environment\n",
    ),
    "a role of config.toml": Case(
        BOOKS, "books", ("--profile", "books"), before=(WORK, MFA),
        settings='[sessions.books]\nvia = "mfa"\nrole_arn = "<role>"\n',
    ),
}  # fmt: skip


@pytest.fixture
def log_in(world: World, run: Run) -> Callable[..., None]:
    """Return a function that logs somebody in and clears the list of calls."""

    def log_in(who: str, *argv: str) -> None:
        outcome = run(*argv, "--token-code", world.phones[who].code())
        assert outcome.exit_code == 0, outcome
        world.aws.clock.advance(30)
        world.aws.calls.clear()

    return log_in


@pytest.mark.parametrize("name", CASES)
def test_the_session_belongs_to_the_key_that_the_command_uses(
    world: World, run: Run, log_in: Callable[..., None], program: str, name: str
) -> None:
    case, aws = CASES[name], world.aws
    region = {"AWS_DEFAULT_REGION": "eu-west-1", "PATH": path_with(real_cli())}
    code = world.phones[case.by].code(1) if case.by else "000000"
    env = {key: world.fill(value) for key, value in {**region, **case.env}.items()}
    suffix = world.users[DAVE].access_key_id[-4:].lower()
    world.files.write(
        world.fill(case.credentials),
        config=world.fill(case.config),
        settings=world.fill(case.settings),
    )
    for before in case.before:
        log_in(*before)
    others = {who: world.files.section(who) for who in ("mfa", "work")}
    inside = case.guard[:1] == ("exec",)
    guard = (*case.guard, "--", program, "guard") if inside else ("guard", *case.guard)
    outcome = run(*guard, "--", *STOP, *case.options, env={**env, "MFA_SESSION_TOKEN_CODE": code})
    arns = {user: world.users[user].arn for user in world.users}
    arns[BOOKS] = f"arn:aws:sts::{ROLE_ACCOUNT}:assumed-role/books/"
    (stop,) = stops(aws)
    assert (stop.caller_arn or "").startswith(arns[case.who]), outcome
    assert stop.error_code in {None, "InvalidInstanceID.NotFound"}, outcome
    assert (stop.access_key_id or "")[:4] == "ASIA"
    long_term = [
        call.access_key_id for call in aws.calls if (call.access_key_id or "")[:4] == "AKIA"
    ]
    assert set(long_term) == ({world.users[case.by].access_key_id} if case.by else set())
    assert f"with session '{case.session.replace('<suffix>', suffix)}'" in outcome.stderr or inside
    for who, section in others.items():
        assert world.files.section(who) == section or section is None


@pytest.mark.parametrize("header", ["[profile Foo Bar]", "[profile 'Foo Bar']"])
def test_a_profile_with_a_blank_gets_a_session_in_a_portable_profile(
    run: Run, home: Path, carol: User, files: AwsFiles, phone: Device, header: str
) -> None:
    put_program(home / "bin", "aws", SHOW)
    files.write(long_term(carol, "Foo Bar"), config=f"{header}\nregion = eu-west-1\n")
    env = {"MFA_SESSION_TOKEN_CODE": phone.code(), "PATH": path_with(home / "bin")}
    shown = shown_by(run("guard", "--", *STOP, "--profile", "Foo Bar", env=env))
    section = files.section("Foo-Bar-mfa") or {}
    assert shown["env"]["AWS_ACCESS_KEY_ID"] == section["aws_access_key_id"]
    assert shown["env"]["AWS_PROFILE"] == "Foo Bar"
    assert run("login", "--profile", "Foo Bar").exit_code == 0, "it is kept"
