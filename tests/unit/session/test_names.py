"""Which profile a session is written to."""

from __future__ import annotations

import pytest

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.settings import SessionOptions
from mfa_session.session.names import Named, choose_target, unknown_name
from mfa_session.session.resolve import meant_name, resolve
from mfa_session.session.settings import resolve_named
from places import managed
from session.worlds import inputs

KEYS = "aws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"


@pytest.mark.parametrize(
    ("name", "credentials", "config", "target"),
    [
        ("work", "", "", "work"),
        ("work", f"[work]\n{KEYS}", "", "work-mfa"),
        ("Foo Bar", "", "", "Foo-Bar"),
        ("Foo Bar", f"[Foo Bar]\n{KEYS}", "", "Foo-Bar-mfa"),
        ("Foo Bar", "", "[profile 'Foo Bar']\nrole_arn = x\n", "Foo-Bar-mfa"),
        ("Foo Bar", f"[Foo-Bar]\n{KEYS}", "", "Foo-Bar-mfa"),
        ("Foo Bar", managed("Foo-Bar"), "", "Foo-Bar-mfa"),
        ("Foo Bar", managed("Foo-Bar", mfa_session_name="Foo Bar"), "", "Foo-Bar"),
        ("  a  'b'\t", "", "", "a-b"),
        ("日本", "", "", "日本"),
    ],
)
def test_the_target_is_portable_and_nobody_elses(
    name: str, credentials: str, config: str, target: str
) -> None:
    assert choose_target(inputs(credentials, config), Named(name=name), None) == target


def test_a_suggestion_is_neither_a_jobs_profile_nor_the_session_in_question() -> None:
    config = "[profile mfa-served]\nmfa_session_serves = mfa\n[profile role]\nregion = x\n"
    sessions = {"bad": {"via": "zzzz", "role_arn": "arn:aws:iam::123456789012:role/x"}}
    world = inputs(config=config, sessions=sessions)
    assert unknown_name(world, "zzzz").hint == "choose one of default, bad, role"
    with pytest.raises(ConfigurationError) as caught:
        resolve_named(world, Named(name="bad"))
    assert caught.value.hint == "choose one of default, role there: 'default'"
    assert unknown_name(world, "mfa-serve").hint.startswith("choose one of ")


def test_the_default_session_is_suggested_before_the_first_login() -> None:
    assert unknown_name(inputs(), "mfaa", "--profile").hint == "did you mean 'mfa'?"
    assert "'mfa'" not in unknown_name(inputs(), "mfaa", "--profile", fitting=["default"]).hint
    assert "'mfa'" not in unknown_name(inputs(), "mfaa", "--profile", fitting=[]).hint
    assert "'mfa'" not in unknown_name(inputs(), "mfaa", "--profile", unfit=["mfa"]).hint
    assert "'mfa'" not in unknown_name(inputs(), "mfaa").hint


def test_a_profile_in_the_environment_is_named_once() -> None:
    credentials = f"[default]\n{KEYS}[work]\n{KEYS.replace('AKIAEXAMPLE', 'AKIAOTHEROT')}"
    settings = resolve(inputs(credentials, environ={"AWS_PROFILE": "work"}))
    assert settings.login_command == "mfa-session login --profile work"
    assert settings.source.profile == "work"


def test_a_name_with_blanks_is_suggested_as_sdks_read_it() -> None:
    hint = unknown_name(inputs(config="[Foo Bar]\nregion = x\n"), "Foo Bar").hint
    assert hint == "write its header in /home/.aws/config as [profile 'Foo Bar']"


def test_a_profile_that_yields_its_own_session_is_that_session() -> None:
    process = "credential_process = mfa-session credential-process --profile auto"
    world = inputs(config=f"[profile auto]\n{process}\n", environ={"AWS_PROFILE": "auto"})
    assert meant_name(world) == "auto"
    assert meant_name(world.replace(options=SessionOptions(profile="auto"))) == "auto"
