"""Login copies to a profile how its source reaches AWS; logout removes the copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from places import long_term

if TYPE_CHECKING:
    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

SETTINGS = {
    "region": "eu-west-1",
    "output": "json",
    "ca_bundle": "/etc/ssl/my certs/100%.pem",
    "services": "local",
    "use_dualstack_endpoint": "false",
}


def source_config(settings: dict[str, str], name: str = "default") -> str:
    return f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items())


def without_bundle(settings: dict[str, str]) -> dict[str, str]:
    """Leave out ca_bundle, with which this test could not reach the sandbox."""
    return {key: value for key, value in settings.items() if key != "ca_bundle"}


def test_settings_that_decide_how_aws_is_reached_are_copied_and_removed(
    log_in: LogIn, run: Run, carols: AwsFiles, carol: User
) -> None:
    carols.write(long_term(carol), config=source_config(without_bundle(SETTINGS)))
    log_in()
    assert carols.profile("mfa") == without_bundle(SETTINGS)
    assert run("logout").exit_code == 0
    assert carols.profile("mfa") is None
    assert carols.profile("default") == without_bundle(SETTINGS)


def test_a_later_login_follows_the_source(log_in: LogIn, carols: AwsFiles, carol: User) -> None:
    carols.write(long_term(carol), config="[default]\nregion = eu-west-1\noutput = json\n")
    log_in()
    text = carols.config.read_text().replace(
        "[default]\nregion = eu-west-1\noutput = json", "[default]\nregion = eu-north-1"
    )
    carols.write(config=text)
    log_in("--force")
    assert carols.profile("mfa") == {"region": "eu-north-1"}


def test_a_setting_that_the_user_changed_stays(
    log_in: LogIn, run: Run, carols: AwsFiles, carol: User
) -> None:
    carols.write(long_term(carol), config="[default]\nregion = eu-west-1\noutput = json\n")
    log_in()
    head, _, tail = carols.config.read_text().partition("[profile mfa]")
    carols.write(config=head + "[profile mfa]" + tail.replace("eu-west-1", "sa-east-1"))
    log_in("--force")
    assert carols.profile("mfa") == {"region": "sa-east-1", "output": "json"}
    assert run("logout").exit_code == 0
    assert carols.profile("mfa") == {"region": "sa-east-1"}


def test_the_first_of_a_chain_of_source_profiles_wins(
    run: Run, aws: FullSandbox, files: AwsFiles, carol: User, phone: Device
) -> None:
    files.write(
        long_term(carol, "acct"),
        config="[default]\nregion = eu-west-3\nsource_profile = acct\n"
        f"mfa_serial = {phone.serial}\n[profile acct]\nregion = eu-west-1\noutput = text\n",
    )
    outcome = run("login", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    assert files.profile("mfa") == {"region": "eu-west-3", "output": "text"}
    aws.clock.advance(30)
    files.write(config=files.config.read_text().replace("eu-west-3", "eu-north-1", 1))
    assert run("login", "--force", "--token-code", phone.code()).exit_code == 0
    assert files.profile("mfa") == {"region": "eu-north-1", "output": "text"}
