"""Where each setting may stand, and which place overrides the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from places import long_term, managed

if TYPE_CHECKING:
    from conftest import Run
    from full_sandbox import FullSandbox
    from full_sandbox.holders import Role
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles

PLACES = ("option", "variable", "toml", "name's section", "source's section")


def serial(place: str) -> str:
    """Return the serial of a device named after its place."""
    return f"arn:aws:iam::123456789012:mfa/{place.replace(' ', '').replace(chr(39), '')}"


def toml(text: str) -> str:
    """Return the table [sessions.mfa] with these lines."""
    return f"[sessions.mfa]\n{text}\n"


@pytest.mark.parametrize("first", range(len(PLACES)), ids=PLACES)
def test_the_first_place_that_names_the_device_wins(
    run: Run, aws: FullSandbox, files: AwsFiles, carol: User, first: int
) -> None:
    """AWS gets the device of the first place, and rejects it, since none of the devices exists."""
    places = PLACES[first:]
    source_line = f"aws_mfa_device = {serial(PLACES[4])}\n"
    profile_section = (
        f"[profile mfa]\nmfa_serial = {serial(PLACES[3])}\n" if PLACES[3] in places else None
    )
    table = toml(f'mfa_serial = "{serial(PLACES[2])}"') if PLACES[2] in places else None
    files.write(long_term(carol) + source_line, config=profile_section, settings=table)
    env = {"MFA_SESSION_MFA_SERIAL": serial(PLACES[1])} if PLACES[1] in places else {}
    option = ["--mfa-serial", serial(PLACES[0])] if PLACES[0] in places else []
    outcome = run("login", "--token-code", "000000", *option, env=env)
    assert outcome.exit_code == 3
    assert serial(PLACES[first]) in outcome.stderr
    (call,) = aws.calls
    assert call.parameters["SerialNumber"] == serial(PLACES[first])


@pytest.mark.parametrize("first", range(4), ids=("option", "variable", "toml", "defaults"))
def test_the_first_place_that_gives_the_duration_wins(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, first: int
) -> None:
    seconds = (1800, 2700, 5400, 86400)
    tables = ('[defaults]\nduration = "1d"\n', toml('duration = "1h30m"'), "", "")
    carols.write(settings="".join(tables[: 4 - first]))
    env = {"MFA_SESSION_DURATION": "45m"} if first <= 1 else {}
    option = ["--duration", "1800"] if first == 0 else []
    outcome = run("login", "--token-code", phone.code(), "--mfa-serial", phone.serial, *option,
                  env=env)  # fmt: skip
    assert outcome.exit_code == 0, outcome
    (call,) = aws.calls
    assert call.parameters["DurationSeconds"] == str(seconds[first])


def test_the_names_section_gives_the_duration(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device
) -> None:
    carols.write(config="[profile mfa]\nduration_seconds = 7200\n")
    assert run("login", "--token-code", phone.code()).exit_code == 0
    (call,) = aws.calls.of("GetSessionToken")
    assert call.parameters["DurationSeconds"] == "7200"


def test_defaults_name_the_session_and_the_region(
    run: Run, aws: FullSandbox, files: AwsFiles, carol: User, phone: Device
) -> None:
    files.write(long_term(carol), settings='[defaults]\nprofile = "work"\nregion = "eu-south-1"\n')
    assert run("login", "--token-code", phone.code()).exit_code == 0
    assert {call.region for call in aws.calls.of("GetSessionToken")} == {"eu-south-1"}
    assert files.section("work") is not None
    assert files.profile("work") == {"region": "eu-south-1"}


@pytest.mark.parametrize(
    "places",
    [
        ("eu-west-2", "eu-west-3", "eu-central-1"),
        ("", "eu-west-3", "eu-central-1"),
        ("", "", "eu-central-1"),
        ("", "", ""),
    ],
    ids=["option", "toml", "name's section", "source's section"],
)
def test_the_first_place_that_gives_the_region_wins(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, places: tuple[str, str, str]
) -> None:
    option, table, profile_section = places
    region = next((place for place in places if place), "eu-west-1")
    carols.write(
        settings=toml(f'region = "{table}"') if table else None,
        config=f"[profile mfa]\nregion = {profile_section}\n" if profile_section else None,
    )
    argv = ["--region", option] if option else []
    outcome = run("login", "--token-code", phone.code(), "--mfa-serial", phone.serial, *argv)
    assert outcome.exit_code == 0, outcome
    (call,) = aws.calls
    assert call.region == region
    # the target's own section stays unchanged
    assert carols.profile("mfa") == {"region": profile_section or region}


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_aws_is_called_in_the_region_of_the_environment(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device, variable: str
) -> None:
    argv = ["login", "--token-code", phone.code(), "--mfa-serial", phone.serial]
    assert run(*argv, env={variable: "ca-central-1"}).exit_code == 0
    assert [call.region for call in aws.calls] == ["ca-central-1"]
    assert carols.profile("mfa") == {"region": "eu-west-1"}


def test_without_any_region_the_global_endpoint_is_called(
    run: Run, aws: FullSandbox, files: AwsFiles, carol: User, phone: Device
) -> None:
    files.write(long_term(carol))
    assert run("login", "--token-code", phone.code()).exit_code == 0
    assert {call.region for call in aws.calls} == {"us-east-1"}
    assert not files.config.exists()


def _role(aws: FullSandbox, carol: User) -> Role:
    trust = {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}
    return aws.create_role("books", trust={"Version": "2012-10-17", "Statement": [trust]})


def test_config_toml_gives_every_setting_of_a_role(
    run: Run, aws: FullSandbox, carols: AwsFiles, carol: User, phone: Device
) -> None:
    role = _role(aws, carol)
    carols.write(
        settings=f"""
            [sessions.books]
            source_profile = "default"
            mfa_serial = "{phone.serial}"
            role_arn = "{role.arn}"
            role_session_name = "carol"
            external_id = "library-42"
            duration = "20m"
            region = "eu-west-3"
            write_to = "b"
            """
    )
    outcome = run("login", "--profile", "books", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    (call,) = aws.calls
    sent = {key: value for key, value in call.parameters.items() if key != "TokenCode"}
    assert (call.operation, call.region) == ("AssumeRole", "eu-west-3")
    assert sent == {
        "RoleArn": role.arn,
        "RoleSessionName": "carol",
        "DurationSeconds": "1200",
        "ExternalId": "library-42",
        "SerialNumber": phone.serial,
    }
    section = carols.section("b")
    assert section is not None
    assert section["mfa_session_name"] == "books"
    assert carols.section("books") is None


def test_the_aws_config_gives_every_setting_of_a_role(
    run: Run, aws: FullSandbox, carols: AwsFiles, carol: User, phone: Device
) -> None:
    role = _role(aws, carol)
    carols.write(
        config=f"[profile books]\nrole_arn = {role.arn}\nsource_profile = default\n"
        f"mfa_serial = {phone.serial}\nrole_session_name = carol\nexternal_id = library-42\n"
        "duration_seconds = 900\nregion = eu-west-3\n"
    )
    outcome = run("login", "--profile", "books", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    (call,) = aws.calls
    sent = {key: value for key, value in call.parameters.items() if key != "TokenCode"}
    assert sent == {
        "RoleArn": role.arn,
        "RoleSessionName": "carol",
        "DurationSeconds": "900",
        "ExternalId": "library-42",
        "SerialNumber": phone.serial,
    }
    # SDKs would use role_arn and ignore the keys, so these go to another profile
    assert "books-mfa" in outcome.stderr
    assert carols.section("books") is None
    assert carols.section("books-mfa") is not None


@pytest.mark.parametrize("first", range(4), ids=("option", "variable", "toml", "section"))
def test_the_first_place_that_names_the_source_wins(
    run: Run, aws: FullSandbox, files: AwsFiles, first: int
) -> None:
    """The key that signs shows the source; AWS knows none of these keys."""
    names = ("by-option", "by-variable", "by-toml", "by-section")
    keys = {name: f"AKIA{number:016}" for number, name in enumerate(names)}
    sections = "".join(
        f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = x\n"
        for name, key in keys.items()
    )
    files.write(
        sections,
        config="[profile mfa]\nsource_profile = by-section\n",
        settings=toml('source_profile = "by-toml"') if first <= 2 else None,
    )
    env = {"MFA_SESSION_SOURCE_PROFILE": "by-variable"} if first <= 1 else {}
    option = ["--source-profile", "by-option"] if first == 0 else []
    argv = ["--token-code", "000000", "--mfa-serial", "GAHT12345678"]
    outcome = run("login", *argv, *option, env=env)
    assert outcome.exit_code == 5
    assert keys[names[first]] in outcome.stderr
    assert names[first] in outcome.stderr
    assert {call.access_key_id for call in aws.calls} == {keys[names[first]]}


def test_the_profile_variable_names_the_session(run: Run, carols: AwsFiles, phone: Device) -> None:
    carols.write(config="[profile work]\nregion = eu-west-1\n")
    outcome = run("login", "--token-code", phone.code(), env={"MFA_SESSION_PROFILE": "work"})
    assert outcome.exit_code == 0, outcome
    assert carols.section("work") is not None


@pytest.mark.parametrize(
    ("env", "table", "kept"),
    [
        ({}, "", True),
        ({"MFA_SESSION_MIN_TTL": "3h"}, "", False),
        ({}, '[defaults]\nmin_ttl = "3h"\n', False),
        ({"MFA_SESSION_MIN_TTL": "1h"}, '[defaults]\nmin_ttl = "3h"\n', True),
    ],
    ids=["built-in", "variable", "defaults", "variable first"],
)
def test_min_ttl_from_option_variable_or_settings_decides(
    run: Run, files: AwsFiles, env: dict[str, str], table: str, kept: bool
) -> None:
    keys = (
        "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
        "mfa_serial = arn:aws:iam::123456789012:mfa/carols-phone\n"
    )
    files.write(keys + managed(seconds_left=7300), settings=table)
    assert run("login", env=env).exit_code == (0 if kept else 4)
    assert run("login", "--min-ttl", "1800", env=env).exit_code == 0
    assert run("login", "--min-ttl", "3h", env=env).exit_code == 4


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_the_variable_no_input_forbids_questions(run: Run, carols: AwsFiles, value: str) -> None:
    outcome = run("login", env={"MFA_SESSION_NO_INPUT": value})
    assert outcome.exit_code == 4
    assert carols.section("mfa") is None


@pytest.mark.usefixtures("carols")
@pytest.mark.parametrize(
    "argv",
    [
        ("login",),
        ("login", "--json"),
        ("login", "--profile", "mfa", "--profile", "default"),
        ("login", "--profile", "mfa", "--profile", "default", "--json"),
        ("login", "--all"),
        ("login", "--all", "--json"),
        ("exec", "--", "true"),
        ("credential-process",),
        ("totp", "show-qr"),
    ],
    ids=" ".join,
)
def test_a_hint_that_no_input_would_stop_begins_with_unset(
    run: Run, files: AwsFiles, argv: tuple[str, ...]
) -> None:
    files.write(settings="[sessions.mfa]\n")
    outcome = run(*argv, env={"MFA_SESSION_NO_INPUT": "1"})
    assert "run `unset MFA_SESSION_NO_INPUT`, then run " in outcome.stderr + outcome.stdout
    outcome = run(*argv, "--no-input") if "--" not in argv else run("exec", "--no-input", *argv[1:])
    assert "unset" not in outcome.stderr + outcome.stdout


def test_no_other_variable_has_an_effect(
    run: Run, aws: FullSandbox, carols: AwsFiles, phone: Device
) -> None:
    unknown = {
        "MFA_SESSION_ROLE_ARN": "arn:aws:iam::123456789012:role/evil",
        "MFA_SESSION_EXTERNAL_ID": "x",
        "MFA_SESSION_REGION": "eu-north-1",
        "MFA_SESSION_WRITE_TO": "elsewhere",
        "MFA_SESSION_FORCE": "1",
        "MFA_SESSION_JSON": "1",
    }
    outcome = run("login", "--token-code", phone.code(), env=unknown)
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert {call.region for call in aws.calls} == {"eu-west-1"}
    assert carols.section("mfa") is not None


def test_the_settings_file_may_be_named(run: Run, carols: AwsFiles) -> None:
    other = carols.credentials.with_name("other.toml")
    other.write_text('[defaults]\nprofile = "named"\n')
    carols.write(settings='[defaults]\nprofile = "not-this"\n')
    outcome = run("login", env={"MFA_SESSION_CONFIG": str(other)})
    assert outcome.exit_code == 4
    assert "'named'" in outcome.stderr


def test_the_settings_file_follows_xdg(run: Run, carols: AwsFiles) -> None:
    folder = carols.credentials.parent.with_name("xdg")
    (folder / "mfa-session").mkdir(parents=True)
    (folder / "mfa-session" / "config.toml").write_text('[defaults]\nprofile = "xdg"\n')
    outcome = run("login", env={"XDG_CONFIG_HOME": str(folder)})
    assert outcome.exit_code == 4
    assert "'xdg'" in outcome.stderr


def test_every_key_of_the_settings_file_is_known(run: Run, files: AwsFiles) -> None:
    files.write(
        settings="""
            [defaults]
            profile = "mfa"
            duration = "12h"
            min_ttl = "15m"
            region = "eu-west-1"
            [sessions.mfa]
            source_profile = "default"
            mfa_serial = "arn:aws:iam::123456789012:mfa/carol"
            code = "auto"
            code_command = ["op", "item", "get", "AWS", "--otp"]
            write_to = "mfa"
            [sessions.books]
            via = "mfa"
            role_arn = "arn:aws:iam::444455556666:role/CrossAccountRole"
            role_session_name = "carol"
            external_id = "library-42"
            duration = "1h"
            [keyring]
            backend = "keyring.backends.SecretService.Keyring"
            insecure = false
            [guard]
            profile = "mfa"
            protect = ["ec2:StopInstances", "s3:rb", "*:Delete*"]
            allow = ["ec2:DeleteTags"]
            builtin = true
            commands = ["terraform destroy"]
            confirm = true
            max_age = "15m"
            strict = false
            """
    )
    outcome = run("status")
    assert (outcome.exit_code, outcome.stdout) == (0, "")
