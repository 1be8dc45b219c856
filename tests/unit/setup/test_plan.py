"""The answers lead to the right changes."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_session.model.errors import MfaSessionError
from mfa_session.session.sources import named_source, source_profiles
from mfa_session.setup.plan import (
    PROFILES,
    SETTINGS,
    Answers,
    Change,
    NewRoleProfile,
    find_session,
    find_target,
    list_repointable,
    list_unconfirmed,
    plan_changes,
    read_role,
    setting_exists_error,
)
from session.worlds import KEYS, inputs

ARN = "arn:aws:iam::123456789012:role/books"
BOOKS = f"[profile books]\nrole_arn = {ARN}\nsource_profile = default\nmfa_serial = GAHT12345678\n"


def answers(**changes: Any) -> Answers:
    """Return answers for the session `mfa` of `default`."""
    default = {"name": "mfa", "target": "mfa", "source_profile": "default"}
    return Answers(**{**default, **changes})


def setting(key: str, after: object, before: object = None, *, agreed: bool = False) -> Change:
    """Return a change of the session `mfa`."""
    place = ("sessions", "mfa", key)
    return Change(file=SETTINGS, place=place, before=before, after=after, agreed=agreed)


def profile(name: str, key: str, before: object, after: object, *, agreed: bool) -> Change:
    """Return a change of a profile."""
    return Change(file=PROFILES, place=(name, key), before=before, after=after, agreed=agreed)


def code_of(error: pytest.ExceptionInfo[MfaSessionError]) -> tuple[str, str]:
    """Return an error's code and message."""
    return error.value.code, error.value.message


def test_a_setting_without_an_answer_is_unchanged() -> None:
    assert plan_changes(inputs(), answers()) == [setting("source_profile", "default")]


def test_an_answer_that_is_already_set_is_no_change() -> None:
    table = {"source_profile": "default", "duration": 43200, "code": "auto"}
    said = answers(duration=43200, code="auto")
    assert plan_changes(inputs(sessions={"mfa": table}), said) == []


def test_replacing_a_value_needs_confirmation_unless_it_was_typed() -> None:
    world = inputs(sessions={"mfa": {"source_profile": "work", "duration": 3600, "code": "prompt"}})
    found = plan_changes(world, answers(duration=7200, code="auto", typed=frozenset({"code"})))
    source, duration, code = found
    assert source == setting("source_profile", "default", "work")
    assert duration == setting("duration", 7200, 3600)
    assert code == setting("code", "auto", "prompt", agreed=True)
    assert list_unconfirmed(found) == [source, duration]
    assert setting_exists_error(duration).message == (
        "sessions.mfa.duration is 1h, and would become 2h"
    )


@pytest.mark.parametrize(
    ("name", "sessions", "defaults", "becomes"),
    [
        ("work", {}, {}, True),
        ("mfa", {}, {}, False),
        ("work", {"mfa": {"code": "auto"}}, {}, False),
        ("work", {"work": {"code": "auto"}}, {}, True),
        ("work", {}, {"profile": "home"}, False),
    ],
)
def test_the_first_session_becomes_the_default(
    name: str, sessions: dict[str, Any], defaults: dict[str, Any], *, becomes: bool
) -> None:
    found = plan_changes(
        inputs(sessions=sessions, defaults=defaults), answers(name=name, target=name)
    )
    default = [change for change in found if change.place == ("defaults", "profile")]
    place = ("defaults", "profile")
    assert default == ([Change(file=SETTINGS, place=place, after=name)] if becomes else [])


def test_a_role_gets_a_profile() -> None:
    said = answers(roles=(NewRoleProfile(profile="books", arn=ARN),), source_profile=None)
    assert plan_changes(inputs(), said) == [
        profile("books", "role_arn", None, ARN, agreed=False),
        profile("books", "source_profile", None, "mfa", agreed=False),
    ]
    had = f"[profile books]\nrole_arn = {ARN}\nsource_profile = mfa\n"
    assert plan_changes(inputs(config=had), said) == []


def test_a_new_role_profile_reaches_aws_like_the_session() -> None:
    roles = (NewRoleProfile(profile="books", arn=ARN),)
    said = answers(
        roles=roles, source_profile=None, reach={"region": "eu-west-1", "output": "json"}
    )
    had = f"[profile books]\nrole_arn = {ARN}\nsource_profile = mfa\nregion = us-east-1\n"
    assert plan_changes(inputs(), said)[2:] == [
        profile("books", "region", None, "eu-west-1", agreed=False),
        profile("books", "output", None, "json", agreed=False),
    ]
    assert plan_changes(inputs(config=had), said) == [
        profile("books", "output", None, "json", agreed=False)
    ]


def test_a_role_profile_is_repointed() -> None:
    said = answers(repointed=("books",), source_profile="default")
    world = inputs(config=BOOKS, sessions={"mfa": {"source_profile": "default"}})
    assert plan_changes(world, said) == [
        profile("books", "source_profile", "default", "mfa", agreed=True),
        profile("books", "mfa_serial", "GAHT12345678", None, agreed=True),
    ]


@pytest.mark.parametrize(
    ("config", "credentials", "why"),
    [
        ("[profile books]\nregion = x\n", "", "it has no role_arn"),
        (BOOKS.replace("= default", "= other"), "", "its source_profile is 'other', not 'default'"),
        (BOOKS + "duration_seconds = 7200\n", "",
         "duration_seconds is 7200, and AWS grants a role at most 1 h from a session"),
        (BOOKS, f"[books]\n{KEYS}",
         "the credentials file has a section of that name, which SDKs read first"),
    ],
)  # fmt: skip
def test_a_profile_that_cannot_be_repointed_is_refused_and_not_offered(
    config: str, credentials: str, why: str
) -> None:
    world = inputs(f"[default]\n{KEYS}{credentials}", config)
    assert list_repointable(world, "default", "mfa") == []
    with pytest.raises(MfaSessionError) as refused:
        plan_changes(world, answers(repointed=("books",)))
    message = f"profile 'books' cannot use the session as its source: {why}"
    assert code_of(refused) == ("not-repointable", message)


def test_role_profiles_of_the_source_are_offered() -> None:
    world = inputs(config=BOOKS + BOOKS.replace("books", "audit") + "duration_seconds = 3600\n")
    assert list_repointable(world, "default", "mfa") == ["audit", "books"]
    assert list_repointable(world, "work", "mfa") == []


@pytest.mark.parametrize(
    ("name", "section"),
    [("mfa", ""), ("default", ""), ("sso", "[profile sso]\nsso_session = x\n"),
     ("console", "[profile console]\nlogin_session = x\n"),
     ("keys", f"[profile keys]\n{KEYS}")],
)  # fmt: skip
def test_a_role_does_not_replace_credentials(name: str, section: str) -> None:
    with pytest.raises(MfaSessionError) as refused:
        plan_changes(
            inputs(config=section), answers(roles=(NewRoleProfile(profile=name, arn=ARN),))
        )
    assert refused.value.code == "not-repointable"


@pytest.mark.parametrize(
    ("text", "code"),
    [("books", "bad-role"), (f"={ARN}", "bad-role"), ("b=x", "bad-role-arn"),
     (f"a b={ARN}", "bad-profile-name"), (f"b={ARN.replace('role', 'user')}", "bad-role-arn")],
)  # fmt: skip
def test_an_invalid_role_is_refused(text: str, code: str) -> None:
    with pytest.raises(MfaSessionError) as refused:
        read_role(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "code"),
    [("default", "protected-profile"), ("a b", "bad-profile-name"), ("", "bad-profile-name"),
     ("books", "role-session"), ("process", "hidden-profile"), ("via", "role-session")],
)  # fmt: skip
def test_a_name_that_cannot_be_an_mfa_session_is_refused(name: str, code: str) -> None:
    process = "[profile process]\ncredential_process = /bin/keys\n"
    world = inputs(config=BOOKS + process, sessions={"via": {"via": "mfa"}})
    with pytest.raises(MfaSessionError) as refused:
        find_session(world, name)
    assert refused.value.code == code


def test_a_session_is_found_by_its_target() -> None:
    world = inputs(sessions={"work": {"write_to": "work-mfa"}})
    for name in ("work", "work-mfa"):
        named = find_session(world, name)
        assert (named.name, find_target(world, named)) == ("work", "work-mfa")


def test_sources_are_the_profiles_with_long_term_keys() -> None:
    session = KEYS.replace("AKIA", "ASIA") + "aws_session_token = x\n"
    process = "[profile process]\ncredential_process = /bin/keys\n"
    back = "[profile back]\ncredential_process = mfa-session credential-process\n"
    world = inputs(f"[default]\n{KEYS}[had]\n{session}", BOOKS + process + back)
    assert source_profiles(world) == ["default", "process"]


def test_default_is_the_first_source() -> None:
    world = inputs(f"[dave]\n{KEYS}[default]\n{KEYS}[a]\nregion = x\n")
    assert source_profiles(world) == ["default", "dave"]
    with pytest.raises(MfaSessionError) as refused:
        named_source(world, "a")
    assert refused.value.hint.endswith("with --source-profile: default or dave")


@pytest.mark.parametrize(
    ("bridged", "is_source"),
    [
        ("login_session = x", False),
        ("sso_session = x", False),
        ("role_arn = x", False),
        ("aws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x", True),
    ],
)
def test_the_aws_clis_export_is_a_source_only_if_it_gives_long_term_keys(
    bridged: str, is_source: bool
) -> None:
    bridge = "credential_process = aws configure export-credentials --profile b --format process"
    world = inputs(config=f"[profile a]\n{bridge}\n[profile b]\n{bridged}\n")
    assert ("a" in source_profiles(world)) is is_source
    if not is_source:
        with pytest.raises(MfaSessionError) as refused:
            named_source(world, "a")
        assert refused.value.code == "temporary-source"
