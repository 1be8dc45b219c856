"""Errors of AWS and the network say what the person can do."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from places import long_term, managed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles

PORTAL = "<html><head><title>Hotel</title></head><body><p>Sign in<br></body></html>"
XHTML = "<html><body><p>Sign in</p></body></html>"


def error_of(run: Run, *argv: str, env: dict[str, str] | None = None, exit_code: int) -> Any:
    """Run a login that must fail, and return its error."""
    outcome = run("login", *argv, "--json", env=env)
    assert outcome.exit_code == exit_code, outcome
    assert outcome.stderr == ""
    return json.loads(outcome.stdout)["error"]


def trusting(user: User) -> Any:
    """Return a trust policy that lets this user assume the role, with or without MFA."""
    statement = {"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture
def argv(phone: Device) -> list[str]:
    """Return options that name the device and give its code, for one call to AWS."""
    return ["--mfa-serial", phone.serial, "--token-code", phone.code()]


@pytest.fixture(autouse=True)
def _file_is_unchanged(carols: AwsFiles) -> Iterator[None]:
    """Check after each test that the credentials file is unchanged."""
    before = carols.credentials.read_bytes()
    yield
    if b"changed by the test" not in carols.credentials.read_bytes():
        assert carols.credentials.read_bytes() == before


def test_a_wrong_code_is_rejected_after_one_call(run: Run, aws: FullSandbox, phone: Device) -> None:
    wrong = f"{(int(phone.code()) + 1) % 10**6:06}"
    error = error_of(run, "--token-code", wrong, exit_code=4)
    assert error["code"] == "code-rejected"
    assert phone.serial in error["message"]
    assert "wait for the next one" in error["hint"]
    assert wrong not in json.dumps(error)
    assert aws.count("GetSessionToken") == 1  # a code from an option is never retried


def test_a_reused_code_is_rejected_with_a_hint(
    run: Run, aws: FullSandbox, carols: AwsFiles, argv: list[str]
) -> None:
    before = carols.credentials.read_bytes()
    assert run("login", *argv).exit_code == 0
    carols.credentials.write_bytes(before)
    error = error_of(run, *argv, exit_code=4)
    assert error["code"] == "code-rejected"
    assert "works once" in error["hint"]
    assert aws.count("GetSessionToken") == 2


def test_a_serial_of_another_user_is_an_error(run: Run) -> None:
    serial = "arn:aws:iam::123456789012:mfa/nobodys"
    error = error_of(run, "--mfa-serial", serial, "--token-code", "000000", exit_code=3)
    assert error["code"] == "wrong-serial"
    assert serial in error["message"]


@pytest.mark.parametrize("serial", ["arn:aws:iam::123456789012:mfa/nobodys", "nobodys"])
def test_the_hint_on_a_wrong_serial_lists_the_devices_of_its_user(
    run: Run, carols: AwsFiles, carol: User, serial: str
) -> None:
    carols.write(config=long_term(carol, "profile work"))
    env = {"MFA_SESSION_MFA_SERIAL": serial, "MFA_SESSION_TOKEN_CODE": "000000"}
    error = error_of(run, "--profile", "work", env=env, exit_code=3)
    assert "omit --mfa-serial (MFA_SESSION_MFA_SERIAL, mfa_serial), so that" in error["hint"]
    if serial != "nobodys":
        assert error["hint"].endswith("see `mfa-session device list --profile work`")


@pytest.mark.usefixtures("phone")
def test_a_hint_spells_durations_as_people_do(run: Run, carol: User, carols: AwsFiles) -> None:
    carols.write(config=long_term(carol, "profile work"))
    carols.credentials.write_text("# changed by the test\n")
    carols.config.write_text(carols.config.read_text() + long_term(carol, "profile other"))
    error = error_of(run, "--duration", "3h", "--min-ttl", "90m", exit_code=3)
    assert "--duration 3h --min-ttl 1h30m --source-profile other`" in error["hint"]


def test_an_inactive_key_is_an_invalid_key(run: Run, carol: User, argv: list[str]) -> None:
    carol.inactive_keys.add(carol.access_key_id)
    error = error_of(run, *argv, exit_code=5)
    assert error["code"] == "invalid-key"
    assert carol.access_key_id in error["message"]
    assert "'default'" in error["message"]


def test_a_wrong_secret_key_is_named_with_its_source(
    run: Run, carol: User, argv: list[str]
) -> None:
    env = {"AWS_ACCESS_KEY_ID": carol.access_key_id, "AWS_SECRET_ACCESS_KEY": "wrong" * 8}
    error = error_of(run, *argv, env=env, exit_code=5)
    assert error["code"] == "wrong-secret-key"
    assert carol.access_key_id in error["message"]
    assert "the environment" in error["message"]


def test_session_keys_are_recognised_by_the_error_of_aws(
    run: Run, aws: FullSandbox, argv: list[str]
) -> None:
    aws.fail("GetSessionToken", code="AccessDenied", status=403,
             message="Cannot call GetSessionToken with session credentials")  # fmt: skip
    error = error_of(run, *argv, exit_code=3)
    assert error["code"] == "temporary-source"
    assert "--source-profile" in error["hint"]


@pytest.mark.parametrize(("ahead", "direction"), [(3600, "slow"), (-7200, "fast")])
def test_a_refused_signature_says_how_far_the_clock_is_off(
    run: Run, aws: FullSandbox, argv: list[str], ahead: int, direction: str
) -> None:
    aws.clock.advance(ahead)
    error = error_of(run, *argv, exit_code=6)
    assert error["code"] == "clock-off"
    amounts = {3600: ("1h", "59m"), -7200: ("2h", "1h 59m")}[ahead]
    assert error["message"].startswith(
        tuple(f"this machine's clock is {amount} {direction}" for amount in amounts)
    )


def test_a_refused_role_is_named_with_the_key(
    run: Run, aws: FullSandbox, carol: User, argv: list[str]
) -> None:
    role = "arn:aws:iam::123456789012:role/nosuch"
    error = error_of(run, "--profile", "r", "--role-arn", role, *argv, exit_code=5)
    assert error["code"] == "role-refused"
    assert role in error["message"]
    assert carol.access_key_id in error["message"]
    assert "sts:AssumeRole" in error["hint"]
    assert "trust policy" in error["hint"]
    assert aws.count("AssumeRole") == 1


def test_a_duration_above_the_roles_maximum_is_an_error(
    run: Run, aws: FullSandbox, carol: User, argv: list[str]
) -> None:
    role = aws.create_role("books", trust=trusting(carol))
    options = ["--profile", "r", "--role-arn", role.arn, "--duration", "2h"]
    error = error_of(run, *options, *argv, exit_code=3)
    assert error["code"] == "duration-above-role-maximum"
    assert role.arn in error["message"]


def test_a_disabled_region_is_named(run: Run, aws: FullSandbox, argv: list[str]) -> None:
    aws.disable_region("eu-west-1")
    error = error_of(run, *argv, exit_code=5)
    assert error["code"] == "region-disabled"
    assert "eu-west-1" in error["message"]
    assert "--region us-east-1" in error["hint"]


def test_throttling_is_retried_and_then_reported(
    run: Run, aws: FullSandbox, argv: list[str]
) -> None:
    aws.fail("GetSessionToken", times=None)
    error = error_of(run, *argv, exit_code=5)
    assert error["code"] == "throttled"
    assert aws.count("GetSessionToken") == 3


def test_throttling_that_passes_is_not_reported(
    run: Run, aws: FullSandbox, carols: AwsFiles, argv: list[str]
) -> None:
    before = carols.credentials.read_bytes()
    aws.fail("GetSessionToken", times=1)
    assert run("login", *argv).exit_code == 0
    assert aws.count("GetSessionToken") == 2
    carols.credentials.write_bytes(before)


def test_a_failing_service_is_reported_as_unavailable(
    run: Run, aws: FullSandbox, argv: list[str]
) -> None:
    aws.fail("GetSessionToken", times=None, code="InternalFailure", status=500, message="x")
    error = error_of(run, *argv, exit_code=6)
    assert error["code"] == "service-unavailable"


def test_an_unknown_error_of_aws_is_quoted(run: Run, aws: FullSandbox, argv: list[str]) -> None:
    aws.fail("GetSessionToken", code="OptInRequired", status=403, message="Please sign up.")
    error = error_of(run, *argv, exit_code=5)
    assert error["code"] == "refused-by-aws"
    assert "OptInRequired: Please sign up." in error["message"]


def test_a_user_who_may_not_list_devices_gets_the_hint_to_use_mfa_serial(
    run: Run, aws: FullSandbox, phone: Device
) -> None:
    aws.fail("ListMFADevices", code="AccessDenied", status=403, message="User: x is not authorized")
    error = error_of(run, "--token-code", phone.code(), exit_code=5)
    assert error["code"] == "not-authorized"
    assert "iam:ListMFADevices" in error["message"]
    assert "--mfa-serial" in error["hint"]


@pytest.mark.parametrize(
    ("status", "body", "content_type"),
    [
        (200, PORTAL, "text/html"),
        (200, XHTML, "text/html"),
        (200, "", "text/plain"),
        (200, "{}", "application/json"),
        (200, "<GetSessionTokenResponse><Other/></GetSessionTokenResponse>", "text/xml"),
        (302, PORTAL, "text/html"),
        (403, PORTAL, "text/html"),
        (407, XHTML, "text/html"),
        (511, PORTAL, "text/html"),
    ],
    ids=["html", "xhtml", "empty", "json", "another answer", "redirect", "403", "407", "511"],
)
def test_an_answer_that_is_not_from_aws_is_an_error(
    run: Run, aws: FullSandbox, argv: list[str], status: int, body: str, content_type: str
) -> None:
    aws.answer("*", status, body, content_type, times=None)
    error = error_of(run, *argv, exit_code=6)
    assert error["code"] in {"not-aws", "service-unavailable"}
    assert (error["code"] == "service-unavailable") == (status >= 500)
    assert "sts:GetSessionToken" in error["message"]


def test_a_captive_portal_that_answers_for_iam_is_an_error(
    run: Run, aws: FullSandbox, phone: Device
) -> None:
    aws.answer("ListMFADevices", 200, XHTML, times=None)
    error = error_of(run, "--token-code", phone.code(), exit_code=6)
    assert error["code"] == "not-aws"


def test_a_dropped_connection_is_a_network_error(
    run: Run, aws: FullSandbox, argv: list[str]
) -> None:
    aws.drop("GetSessionToken", times=None)
    error = error_of(run, *argv, exit_code=6)
    assert error["code"] == "network"
    assert "broke before the answer arrived" in error["message"]


def test_a_closed_port_is_a_network_error(run: Run, argv: list[str]) -> None:
    url = closed_port()
    error = error_of(run, *argv, env={"AWS_ENDPOINT_URL": url}, exit_code=6)
    assert (error["code"], error["message"]) == ("network", f"AWS ({url}) cannot be reached")
    assert "AWS_ENDPOINT_URL" in error["hint"]


def test_a_name_that_does_not_resolve_is_a_network_error(run: Run, argv: list[str]) -> None:
    env = {"AWS_ENDPOINT_URL": "http://nowhere.invalid"}
    error = error_of(run, *argv, env=env, exit_code=6)
    assert error["code"] == "network"


def test_an_absent_proxy_is_named_without_its_password(run: Run, argv: list[str]) -> None:
    proxy = closed_port()
    env = {
        "AWS_ENDPOINT_URL": "https://sts.nowhere.invalid",
        "HTTPS_PROXY": proxy.replace("//", "//carol:hidden@"),
        "NO_PROXY": "",
    }
    error = error_of(run, *argv, env=env, exit_code=6)
    assert error["code"] == "proxy-failed"
    assert error["message"] == f"the proxy ({proxy}) cannot be reached"
    assert "HTTPS_PROXY" in error["hint"]


def test_a_server_without_tls_is_an_error(run: Run, aws: FullSandbox, argv: list[str]) -> None:
    env = {"AWS_ENDPOINT_URL": aws.url.replace("http:", "https:")}
    error = error_of(run, *argv, env=env, exit_code=6)
    assert error["code"] == "tls-failed"
    assert "AWS_CA_BUNDLE" in error["hint"]


@pytest.mark.slow
def test_a_server_that_never_answers_times_out(run: Run, argv: list[str]) -> None:
    """The SDK tries three times, with 15 s for each answer and pauses in between."""
    with socket.create_server(("127.0.0.1", 0), backlog=3) as server:  # connects, never answers
        env = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.getsockname()[1]}"}
        error = error_of(run, *argv, env=env, exit_code=6)
    assert error["code"] == "network"
    assert "does not answer in time" in error["message"]


@pytest.mark.parametrize("region", ["eu west 1", "../x", "-"])
def test_a_text_that_is_not_a_region_is_refused(run: Run, argv: list[str], region: str) -> None:
    error = error_of(run, "--region", region, *argv, exit_code=3)
    assert error["code"] == "bad-region"
    assert repr(region) in error["message"]


def test_a_role_of_a_session_that_aws_has_ended_gets_the_hint_to_log_in(
    run: Run, aws: FullSandbox, carols: AwsFiles, carol: User
) -> None:
    """AWS may end a session before it expires."""
    role = aws.create_role("books", trust=trusting(carol))
    key = "ASIAGONEGONEGONEGONE"
    session = managed(
        aws_access_key_id=key,
        mfa_session_key_id=key,
        mfa_session_source_key_id=carol.access_key_id,
        seconds_left=600,
    )
    carols.write("# changed by the test\n" + long_term(carol) + session)
    error = error_of(run, "--profile", "r", "--role-arn", role.arn, exit_code=5)
    assert error["code"] == "invalid-key"
    assert key in error["message"]
    assert "login" in error["hint"]


def closed_port() -> str:
    """Return a URL of this machine with a closed port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("command", ["login", "status", "logout"])
def test_an_extra_word_gets_the_hint_to_use_profile(run: Run, command: str) -> None:
    outcome = run(command, "mfa")
    assert outcome.exit_code == 2
    assert outcome.stderr.endswith("(mfa). Name a session with --profile.\n")


@pytest.mark.parametrize(
    ("config", "settings", "place", "hint"),
    [
        ("", "[sessions.mfa]\nsource_profile = 'nope'\n",
         "source_profile of [sessions.mfa] in {settings}: ", "default"),
        ("", "[sessions.mfa]\nsource_profile = 'other'\n",
         "source_profile of [sessions.mfa] in {settings}: ", "there: 'default'"),
        ("", "[sessions.mfa]\nvia = 'nope'\n", "via of [sessions.mfa] in {settings}: ", "default"),
        ("[profile mfa]\nsource_profile = nope\n", "", "source_profile of profile 'mfa': ",
         "choose default there: 'default'"),
    ],
)  # fmt: skip
def test_a_setting_that_names_a_missing_profile_is_named(
    run: Run, carols: AwsFiles, config: str, settings: str, place: str, hint: str
) -> None:
    carols.write(config="[profile other]\nregion = x\n" + config, settings=settings)
    error = error_of(run, exit_code=3)
    assert error["message"].startswith(place.format(settings=carols.settings)), error
    assert hint in error["hint"]


@pytest.mark.parametrize(("argv", "speaks_of_codes"), [("keys import", False), ("totp list", True)])
def test_without_a_keyring_a_program_for_codes_is_named_where_codes_are_meant(
    run: Run, carols: AwsFiles, argv: str, speaks_of_codes: bool
) -> None:
    del carols
    outcome = run(*argv.split(), env={"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"})
    assert (outcome.exit_code, "hint: start one (" in outcome.stderr) == (3, True)
    assert ("code_command" in outcome.stderr) == speaks_of_codes
