"""A protected command gets a session of its own identity, and replaces nobody else's."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from mfa_session.guard.plan import choose_session
from mfa_session.model.errors import ConfigurationError
from mfa_session.session.identity import find_identity
from places import managed
from session.worlds import inputs

if TYPE_CHECKING:
    from mfa_session.model.settings import Settings

A_ID, B_ID = "AKIAEXAMPLEEXAMPLE12", "AKIAPRODPRODPRODPROD"
A = f"[default]\naws_access_key_id = {A_ID}\naws_secret_access_key = x\n"
B = f"[prod]\naws_access_key_id = {B_ID}\naws_secret_access_key = y\n"
BOTH = A + B
OF_B: dict[str, Any] = {
    "mfa_session_source_key_id": B_ID,
    "mfa_session_source_profile": "prod",
    "mfa_session_mfa_serial": "arn:aws:iam::444455556666:mfa/carols-phone",
    "mfa_session_account": "444455556666",
}
OTHER_ID = "AKIAOTHEROTHEROTHER1"
LONG = {"AWS_ACCESS_KEY_ID": "AKIAENVENVENVENVENV1", "AWS_SECRET_ACCESS_KEY": "e"}
SHORT = {**LONG, "AWS_ACCESS_KEY_ID": "ASIAEXAMPLEEXAMPLE12", "AWS_SESSION_TOKEN": "t"}
BOOKS = (
    "[profile books]\nrole_arn = arn:aws:iam::444455556666:role/books\nsource_profile = default\n"
)
PROCESS = "[profile vault]\ncredential_process = vault read\n"


class World(NamedTuple):
    """Files, environment and the command's `--profile`."""

    credentials: str = BOTH
    config: str = ""
    environ: dict[str, str] = {}  # noqa: RUF012  # read only
    sessions: dict[str, dict[str, Any]] = {}  # noqa: RUF012
    defaults: dict[str, Any] = {}  # noqa: RUF012
    said: str | None = None

    def choose(self, wanted: str | None = None, *preferred: str | None) -> Settings:
        """Choose the session as the guard does."""
        known = inputs(
            self.credentials,
            self.config,
            environ=self.environ,
            sessions=self.sessions,
            defaults=self.defaults,
        )
        identity = find_identity(known, self.said)
        known = known.replace(now=datetime.now(timezone.utc))
        return choose_session(known, identity, wanted, preferred)


class Case(NamedTuple):
    """A world, the preferred sessions, and the expected name, target and source."""

    world: World
    name: str
    target: str
    source: str | None
    preferred: tuple[str | None, ...] = ()


TWO = {"one": {"source_profile": "prod"}, "two": {"source_profile": "prod"}}
CASES = {
    "a new session, as login makes it": Case(World(), "mfa", "mfa", "default"),
    "a new session of AWS_PROFILE": Case(
        World(environ={"AWS_PROFILE": "prod"}), "prod", "prod-mfa", "prod"
    ),
    "a new session of --profile": Case(
        World(said="prod"), "prod", "prod-mfa", "prod"
    ),
    "a new session of --profile default": Case(World(said="default"), "mfa", "mfa", "default"),
    "the existing session": Case(World(BOTH + managed()), "mfa", "mfa", "default"),
    "the existing session of another name": Case(
        World(BOTH + managed("work")), "work", "work", "default"
    ),
    "the existing session in another profile": Case(
        World(BOTH + managed("there", mfa_session_name="work")), "work", "there", "default"
    ),
    "the session in config.toml": Case(
        World(sessions={"work": {"source_profile": "default"}}), "work", "work", "default"
    ),
    "the default session is another key's": Case(
        World(BOTH + managed(**OF_B)), "default", "default-mfa", "default"
    ),
    "the default session in config.toml is another key's": Case(
        World(sessions={"mfa": {"source_profile": "prod"}}), "default", "default-mfa", "default"
    ),
    "the expired default session was another key's": Case(
        World(BOTH + managed(seconds_left=-60, **OF_B), environ={"AWS_PROFILE": "default"}),
        "mfa", "mfa", "default",
    ),
    "the environment's keys": Case(World(environ=LONG), "mfa-env1", "mfa-env1", None),
    "the environment's keys, the default session another key's": Case(
        World(BOTH + managed(), environ=LONG), "mfa-env1", "mfa-env1", None
    ),
    "of several, the preferred one": Case(
        World(sessions=TWO, said="prod"), "two", "two", "prod", ("two",)
    ),
    "of several, the first preferred that fits": Case(
        World(BOTH + managed(), sessions=TWO, said="prod"), "two", "two", "prod",
        (None, "mfa", "nobody", "two", "one"),
    ),
    "of several, the default one": Case(
        World(sessions={**TWO, "mfa": {"source_profile": "prod"}}, said="prod"),
        "mfa", "mfa", "prod",
    ),
    "of several, the one that expires last": Case(
        World(
            BOTH + managed("one", seconds_left=1000, **OF_B)
            + managed("two", seconds_left=2000, **OF_B)
            + managed("three", seconds_left=3000),
            said="prod",
        ),
        "two", "two", "prod",
    ),
    "a session of ours": Case(
        World(BOTH + managed("work", **OF_B), environ={"AWS_PROFILE": "work"}),
        "work", "work", "prod",
    ),
    "a session of ours, by its profile": Case(
        World(BOTH + managed("there", mfa_session_name="work", **OF_B), said="there"),
        "work", "there", "prod",
    ),
    "a session of ours, whatever is preferred": Case(
        World(BOTH + managed() + managed("work"), said="work"),
        "work", "work", "default", ("mfa",),
    ),
    "a role": Case(World(config=BOOKS, said="books"), "books", "books-mfa", "default"),
    "the process of a profile": Case(
        World(config=PROCESS, said="vault"), "vault", "vault-mfa", "vault"
    ),
    "the process, without a default session": Case(
        World(config=PROCESS, environ={"AWS_PROFILE": "vault"}), "vault", "vault-mfa", "vault"
    ),
    "the process, the default session another key's": Case(
        World(BOTH + managed(), PROCESS, {"AWS_PROFILE": "vault"}),
        "vault", "vault-mfa", "vault",
    ),
    "its profile holds another session": Case(
        World(BOTH + managed("prod-mfa", mfa_session_name="prod-mfa"), said="prod"),
        "prod-prod", "prod-prod", "prod",
    ),
    "its profile is in config.toml for another session": Case(
        World(
            sessions={"x": {"source_profile": "default", "write_to": "prod-mfa"}}, said="prod"
        ),
        "prod-prod", "prod-prod", "prod",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_session_of_the_identity_is_chosen(name: str) -> None:
    case = CASES[name]
    settings = case.world.choose(None, *case.preferred)
    found = settings.name, settings.target, settings.source.profile
    assert found == (case.name, case.target, case.source)


WANTED = {
    "a session of the same key": (World(BOTH + managed("work")), "work"),
    "by its profile": (World(BOTH + managed("there", mfa_session_name="w")), "there"),
    "a new session of the same key": (World(sessions=TWO, said="prod"), "two"),
    "the session itself": (World(BOTH + managed(), said="mfa"), "mfa"),
    "the role itself": (World(config=BOOKS, said="books"), "books"),
    "the one in the environment": (World(BOTH + managed(), environ=SHORT), "mfa"),
}


@pytest.mark.parametrize("name", WANTED)
def test_a_required_session_of_the_same_identity_is_accepted(name: str) -> None:
    world, wanted = WANTED[name]
    assert wanted in {world.choose(wanted).name, world.choose(wanted).target}


MISFITS = {
    "a session of another key": (World(BOTH + managed("work", **OF_B)), "work"),
    "a session of another key, in config.toml": (World(sessions=TWO), "two"),
    "another session": (World(BOTH + managed() + managed("work"), said="work"), "mfa"),
    "a role by the same key": (World(config=BOOKS), "books"),
    "the key of a role": (World(config=BOOKS, said="books"), "mfa"),
    "other session keys than in the environment": (
        World(BOTH + managed() + managed("w", aws_access_key_id="ASIAW"), environ=SHORT), "w"
    ),
    "a session for an identity without MFA": (
        World(config="[profile sso]\nsso_session = x\n", said="sso"), "mfa"
    ),
    "its profile holds a session of another key": (
        World(BOTH + managed(**OF_B), sessions={"mfa": {"source_profile": "default"}}), "mfa"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISFITS)
def test_a_required_session_of_another_identity_is_refused(name: str) -> None:
    world, wanted = MISFITS[name]
    with pytest.raises(ConfigurationError) as caught:
        world.choose(wanted)
    assert caught.value.code == "other-identity"


def test_a_required_session_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        World(BOTH + managed("work")).choose("wrok")
    assert caught.value.code == "no-such-profile"


CHANGED = {
    "a session from keys of an earlier environment": World(
        BOTH + managed(mfa_session_source_profile="", mfa_session_source_key_id=OTHER_ID),
        environ={"AWS_PROFILE": "mfa"},
    ),
    "a session whose source has another key now": World(
        BOTH + managed(mfa_session_source_key_id=OTHER_ID), said="mfa"
    ),
    "a session with another source in config.toml now": World(
        BOTH + managed(), sessions={"mfa": {"source_profile": "prod"}}, said="mfa"
    ),
    "the same, expired": World(
        BOTH + managed(seconds_left=-60), sessions={"mfa": {"source_profile": "prod"}}, said="mfa"
    ),
    "another role than the command's": World(
        config=BOOKS, said="books",
        sessions={"books": {"role_arn": "arn:aws:iam::777788889999:role/books"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_a_session_whose_settings_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        CHANGED[name].choose()
    assert caught.value.code == "other-identity"


def test_a_rotated_key_with_the_same_device_is_the_same_user() -> None:
    serial = "arn:aws:iam::123456789012:mfa/carols-phone"
    stands = managed(mfa_session_source_key_id=OTHER_ID)
    world = World(
        BOTH + stands,
        said="mfa",
        sessions={"mfa": {"source_profile": "default", "mfa_serial": serial}},
    )
    assert world.choose().name == "mfa"
