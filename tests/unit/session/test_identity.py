"""The identity of a command is the one whose credentials botocore uses."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from mfa_session.model.errors import ConfigurationError
from mfa_session.session.identity import KEYS, OTHER, ROLE, SESSION, SOURCE, find_identity
from places import managed
from session.worlds import KEYS as DEFAULTS_KEYS
from session.worlds import inputs

OWN = f"[default]\n{DEFAULTS_KEYS}"
PROD_KEYS = "aws_access_key_id = AKIAPRODPRODPRODPROD\naws_secret_access_key = y\n"
PROD = f"[prod]\n{PROD_KEYS}"
FOREIGN = (
    "[saml]\naws_access_key_id = ASIAFOREIGNFOREIGN12\n"
    "aws_secret_access_key = z\naws_session_token = t\n"
)
LONG = {"AWS_ACCESS_KEY_ID": "AKIAENVENVENVENVENV1", "AWS_SECRET_ACCESS_KEY": "e"}
SHORT = {**LONG, "AWS_ACCESS_KEY_ID": "ASIAENVENVENVENVENV1", "AWS_SESSION_TOKEN": "t"}
SERVED = {
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:40123/credentials",
    "MFA_SESSION_ACTIVE": "mfa",
}
OTHERS_ENDPOINT = {**SERVED, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:40123/"}
EMPTY = "[profile empty]\nregion = eu-west-1\n"
OURS = "credential_process = mfa-session credential-process"
ROLE_ARN = "role_arn = arn:aws:iam::444455556666:role/books\n"


class Case(NamedTuple):
    """Files, environment and `--profile`, and the identity they lead to."""

    kind: str
    profile: str | None = None
    name: str | None = None
    key_id: str | None = None
    said: str | None = None
    credentials: str = OWN + PROD
    config: str = ""
    environ: dict[str, str] = {}  # noqa: RUF012  # read only
    sessions: dict[str, dict[str, Any]] = {}  # noqa: RUF012


DEFAULT_ID, PROD_ID = "AKIAEXAMPLEEXAMPLE12", "AKIAPRODPRODPRODPROD"
LONG_ID = LONG["AWS_ACCESS_KEY_ID"]
CASES = {
    "nothing said": Case(SOURCE, "default", key_id=DEFAULT_ID),
    "--profile": Case(SOURCE, "prod", key_id=PROD_ID, said="prod"),
    "AWS_PROFILE": Case(SOURCE, "prod", key_id=PROD_ID, environ={"AWS_PROFILE": "prod"}),
    "AWS_DEFAULT_PROFILE": Case(
        SOURCE, "prod", key_id=PROD_ID, environ={"AWS_DEFAULT_PROFILE": "prod"}
    ),
    "AWS_DEFAULT_PROFILE goes before AWS_PROFILE": Case(
        SOURCE, "prod", key_id=PROD_ID,
        environ={"AWS_DEFAULT_PROFILE": "prod", "AWS_PROFILE": "default"},
    ),
    "empty variables": Case(
        SOURCE, "default", key_id=DEFAULT_ID,
        environ={"AWS_DEFAULT_PROFILE": "", "AWS_PROFILE": "", "AWS_ACCESS_KEY_ID": ""},
    ),
    "keys in the environment": Case(SOURCE, None, key_id=LONG_ID, environ=LONG),
    "keys go before AWS_PROFILE": Case(
        SOURCE, None, key_id=LONG_ID, environ={**LONG, "AWS_PROFILE": "prod"}
    ),
    "--profile goes before keys": Case(SOURCE, "prod", key_id=PROD_ID, environ=LONG, said="prod"),
    "session keys in the environment": Case(KEYS, None, environ=SHORT),
    "session keys, AWS_PROFILE beside them": Case(KEYS, environ={**SHORT, "AWS_PROFILE": "prod"}),
    "the old name of the token": Case(
        KEYS, environ={**LONG, "AWS_SECURITY_TOKEN": "t"},
    ),
    "--profile inside exec": Case(SOURCE, "prod", key_id=PROD_ID, environ=SHORT, said="prod"),
    "a session's key without its token": Case(
        OTHER, environ={**LONG, "AWS_ACCESS_KEY_ID": "ASIAENVENVENVENVENV1"}
    ),
    "keys in the config file": Case(
        SOURCE, "prod", key_id=PROD_ID, said="prod", credentials=OWN,
        config=f"[profile prod]\n{PROD_KEYS}",
    ),
    "a session of ours": Case(
        SESSION, "mfa", "mfa", said="mfa", credentials=OWN + managed()
    ),
    "a session of ours by its profile": Case(
        SESSION, "work-mfa", "work", said="work-mfa",
        credentials=OWN + managed("work-mfa", mfa_session_name="work"),
    ),
    "a session in config.toml only": Case(
        SESSION, "work", "work", said="work", sessions={"work": {"source_profile": "prod"}}
    ),
    "a session with write_to": Case(
        SESSION, "there", "work", said="there",
        sessions={"work": {"source_profile": "prod", "write_to": "there"}},
    ),
    "a session without its profile's own keys": Case(
        SOURCE, "prod", key_id=PROD_ID, said="prod",
        sessions={"prod": {"mfa_serial": "GAHT12345678"}},
    ),
    "credential_process of ours": Case(
        SESSION, "tools", "work", said="tools",
        config=f"[profile tools]\n{OURS} --profile work\n",
        sessions={"work": {"source_profile": "prod"}},
    ),
    "credential_process of ours, the default session": Case(
        SESSION, "tools", "mfa", said="tools",
        config="[profile tools]\ncredential_process = /opt/bin/mfa-session credential-process\n",
    ),
    "keys in config do not hide credential_process of ours": Case(
        SESSION, "tools", "mfa", said="tools",
        config=f"[profile tools]\n{OURS}\n{PROD_KEYS}",
    ),
    "another credential_process": Case(
        SOURCE, "vault", said="vault", config="[profile vault]\ncredential_process = vault read\n"
    ),
    "a role by long-term keys": Case(
        ROLE, "books", said="books", config=f"[profile books]\n{ROLE_ARN}source_profile = prod\n"
    ),
    "a role by a session": Case(
        ROLE, "books", said="books", credentials=OWN + managed(),
        config=f"[profile books]\n{ROLE_ARN}source_profile = mfa\n",
    ),
    "a role hides static keys": Case(
        ROLE, "prod", said="prod", config=f"[profile prod]\n{ROLE_ARN}source_profile = default\n"
    ),
    "a role by long-term keys of the environment": Case(
        ROLE, "books", said="books", environ=LONG,
        config=f"[profile books]\n{ROLE_ARN}credential_source = Environment\n",
    ),
    "a role by session keys of the environment": Case(
        OTHER, "books", said="books", environ=SHORT,
        config=f"[profile books]\n{ROLE_ARN}credential_source = Environment\n",
    ),
    "a role by the machine": Case(
        OTHER, "books", said="books",
        config=f"[profile books]\n{ROLE_ARN}credential_source = Ec2InstanceMetadata\n",
    ),
    "a role by a web identity": Case(
        OTHER, "books", said="books",
        config=f"[profile books]\n{ROLE_ARN}web_identity_token_file = /token\n",
    ),
    "SSO": Case(
        OTHER, "sso", said="sso",
        config="[profile sso]\nsso_session = x\nsso_account_id = 1\nsso_role_name = y\n",
    ),
    "another tool's session": Case(OTHER, "saml", said="saml", credentials=OWN + FOREIGN),
    "a profile with a region only": Case(
        OTHER, "empty", said="empty", config=EMPTY
    ),
    "an endpoint of ours, by a profile without credentials": Case(
        SESSION, "empty", "mfa", config=EMPTY, environ={**SERVED, "AWS_PROFILE": "empty"}
    ),
    "an endpoint of ours, by --profile": Case(
        SESSION, "empty", "mfa", said="empty", config=EMPTY, environ=SERVED
    ),
    "an endpoint of ours, no profile 'default'": Case(
        SESSION, "default", "mfa", credentials=PROD + managed(), environ=SERVED
    ),
    "an endpoint of ours gives a session by its name": Case(
        SESSION, "default", "work", credentials=PROD + managed("there", mfa_session_name="work"),
        environ={**SERVED, "MFA_SESSION_ACTIVE": "work"},
    ),
    "a profile's keys go before an endpoint": Case(
        SOURCE, "default", key_id=DEFAULT_ID, environ=SERVED
    ),
    "a profile's SSO goes before an endpoint": Case(
        OTHER, "sso", said="sso", config="[profile sso]\nsso_session = x\n", environ=SERVED
    ),
    "another tool's endpoint": Case(
        OTHER, "empty", config=EMPTY, environ={**OTHERS_ENDPOINT, "AWS_PROFILE": "empty"}
    ),
    "no files at all": Case(OTHER, "default", credentials=""),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_identity_is_the_one_that_botocore_finds(name: str) -> None:
    case = CASES[name]
    identity = find_identity(
        inputs(case.credentials, case.config, environ=case.environ, sessions=case.sessions),
        case.said,
    )
    keys = identity.source.keys if identity.source else None
    found = (identity.kind, identity.profile, identity.name, keys.access_key_id if keys else None)
    assert found == (case.kind, case.profile, case.name, case.key_id)
    assert identity.is_told == (case.said is not None)
    assert bool(identity.reason) == (case.kind == OTHER)


@pytest.mark.parametrize("environ", [{}, LONG, SHORT], ids=["bare", "long-term", "session"])
def test_an_unknown_profile_is_refused_with_the_nearest_name(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_identity(inputs(OWN + PROD, environ=environ), "prdo")
    assert (caught.value.code, caught.value.hint) == ("no-such-profile", "did you mean 'prod'?")


def test_a_variable_that_names_an_unknown_profile_is_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_identity(inputs(OWN, environ={"AWS_PROFILE": "elsewhere"}), None)
    assert caught.value.code == "no-such-profile"
    assert caught.value.message.startswith("AWS_PROFILE names the profile 'elsewhere'")
    assert caught.value.hint == "unset AWS_PROFILE, or correct it"


def test_a_key_without_its_secret_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_identity(inputs(environ={"AWS_ACCESS_KEY_ID": "AKIAENVENVENVENVENV1"}), None)
    assert caught.value.code == "partial-keys"


@pytest.mark.parametrize(
    ("said", "environ", "label"),
    [
        (None, {}, "the access key of profile 'default'"),
        (None, LONG, "the access key of the environment"),
        (None, SHORT, "the session keys of the environment"),
        ("mfa", {}, "session 'mfa'"),
        ("saml", {}, "profile 'saml'"),
        ("books", {}, "the role of profile 'books'"),
    ],
)
def test_each_identity_has_a_label(said: str | None, environ: dict[str, str], label: str) -> None:
    config = f"[profile books]\n{ROLE_ARN}source_profile = default\n"
    world = inputs(OWN + FOREIGN + managed(), config, environ=environ)
    assert find_identity(world, said).label() == label
