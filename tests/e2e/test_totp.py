"""`totp` stores secrets in a real Secret Service and generates codes from them."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pexpect
import pytest

import secret_service
from phone_camera import Camera
from places import long_term, managed

if TYPE_CHECKING:
    from conftest import Run, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from secret_service import SecretService

SERIAL = "arn:aws:iam::123456789012:mfa/carol"
PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
OTHER = "ZYXWVUTSRQPONMLKJIHGFEDCBA765432"
SETTINGS = f'[keyring]\nbackend = "{secret_service.BACKEND}"\n'
STEP_SECONDS = 30


@pytest.fixture(autouse=True)
def backend_in_settings(files: AwsFiles) -> None:
    """Set the keyring backend in config.toml."""
    files.write(settings=SETTINGS)


def secrets(service: SecretService) -> dict[str, str]:
    """Return the keyring's secrets by serial."""
    return {attributes["username"]: secret for attributes, secret in service.items()}


def stay_in_window(seconds: float = 5) -> None:
    """Wait until the window has some seconds left."""
    left = STEP_SECONDS - time.time() % STEP_SECONDS
    if left < seconds:
        time.sleep(left + 0.1)


class TestAdd:
    """`totp add`."""

    def test_the_secret_is_read_from_stdin(self, run: Run, service: SecretService) -> None:
        outcome = run("totp", "add", "--mfa-serial", SERIAL, input="abcd efgh ijkl mnop-qrst uvwx "
                      "yz23 4567\nmore\n")  # fmt: skip
        assert (outcome.exit_code, outcome.stdout) == (0, ""), outcome
        assert f"the secret of {SERIAL} is stored in the Secret Service" in outcome.stderr
        assert secrets(service) == {SERIAL: PLAIN}

    def test_a_hidden_prompt_names_the_device(
        self, terminal: Terminal, service: SecretService
    ) -> None:
        child = terminal("totp", "add", "--mfa-serial", SERIAL)
        child.expect_exact(f"Secret key of {SERIAL}")
        child.expect_exact("not shown): ")
        child.sendline(f"otpauth://totp/carol@123456789012?secret={PLAIN}&issuer=AWS")
        child.expect_exact("is stored in the Secret Service")
        assert PLAIN not in (child.before or "")
        child.expect_exact(pexpect.EOF)
        assert secrets(service) == {SERIAL: PLAIN}

    @pytest.mark.usefixtures("carols")
    def test_without_a_serial_aws_names_the_device(
        self, run: Run, service: SecretService, phone: Device
    ) -> None:
        outcome = run("totp", "add", input=phone.secret)
        assert outcome.exit_code == 0, outcome
        assert secrets(service) == {phone.serial: phone.secret}

    def test_a_profile_names_the_device(
        self, run: Run, service: SecretService, files: AwsFiles, carol: User
    ) -> None:
        files.write(
            long_term(carol), settings=f'{SETTINGS}[sessions.work]\nmfa_serial = "{SERIAL}"\n'
        )
        assert run("totp", "add", "--profile", "work", input=PLAIN).exit_code == 0
        assert secrets(service) == {SERIAL: PLAIN}

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ("", "no secret was given"),
            ("planted-secret-1", "it is not base32"),
            ("ABCDEFGHIJKLMNOP", "it has 80 bits, fewer than 112"),
            (f"otpauth://totp/x?secret={PLAIN}&digits=8", "it says digits=8, where AWS has 6"),
            (f"otpauth://totp/x?secret={PLAIN}&period=60", "it says period=60, where AWS has 30"),
            (
                f"otpauth://totp/x?secret={PLAIN}&algorithm=SHA256",
                "it says algorithm=SHA256, where AWS has SHA1",
            ),
        ],
    )
    def test_a_bad_secret_is_refused(
        self, run: Run, service: SecretService, typed: str, why: str
    ) -> None:
        outcome = run("totp", "add", "-vv", "--mfa-serial", SERIAL, input=typed)
        assert (outcome.exit_code, outcome.stdout, why in outcome.stderr) == (3, "", True)
        assert [part for part in (PLAIN, "planted", "ABCDEFGH") if part in outcome.stderr] == []
        assert secrets(service) == {}

    @pytest.mark.parametrize(
        ("argv", "exit_code", "why"),
        [
            (("--mfa-serial", "x"), 3, "cannot be the serial"),
            (("--mfa-serial", "arn:aws:iam::123456789012:user/carol"), 3, "ARN of a user"),
            (("--mfa-serial", "arn:aws:iam::123456789012:u2f/user/carol/k"), 3, "passkey"),
            (("--profile", "nosuch"), 3, "no session and no profile is named 'nosuch'"),
            ((PLAIN,), 2, "never from the command line"),
        ],
    )
    def test_an_invalid_serial_is_refused(
        self, run: Run, service: SecretService, argv: tuple[str, ...], exit_code: int, why: str
    ) -> None:
        outcome = run("totp", "add", *argv, input=PLAIN)
        assert (outcome.exit_code, why in outcome.stderr) == (exit_code, True), outcome
        assert (secrets(service), PLAIN in outcome.stderr) == ({}, False)

    @pytest.mark.usefixtures("carols")
    def test_two_devices_need_a_choice(
        self, run: Run, service: SecretService, aws: FullSandbox, carol: User
    ) -> None:
        aws.create_device(carol, name="tablet")
        outcome = run("totp", "add", input=PLAIN)
        assert (outcome.exit_code, secrets(service)) == (3, {})
        assert "several MFA devices" in outcome.stderr

    @pytest.mark.usefixtures("service")
    def test_without_a_person_a_secret_is_required(self, terminal: Terminal) -> None:
        child = terminal("totp", "add", "--mfa-serial", SERIAL, "--no-input")
        child.expect_exact("no secret was given")

    @pytest.mark.parametrize("argv", [(), ("--no-input",)])
    def test_another_secret_is_replaced_only_after_confirmation(
        self, run: Run, service: SecretService, argv: tuple[str, ...]
    ) -> None:
        run("totp", "add", "--mfa-serial", SERIAL, input=OTHER)
        outcome = run("totp", "add", "--mfa-serial", SERIAL, *argv, input=PLAIN)
        assert (outcome.exit_code, secrets(service)) == (7, {SERIAL: OTHER}), outcome
        assert f"another secret of {SERIAL} is stored" in outcome.stderr
        assert (
            "hint: AWS never shows a secret again; to replace it anyway: `mfa-session totp add "
            in outcome.stderr
        )

    def test_yes_replaces_another_secret_and_says_so(
        self, run: Run, service: SecretService
    ) -> None:
        run("totp", "add", "--mfa-serial", SERIAL, input=OTHER)
        outcome = run("totp", "add", "--mfa-serial", SERIAL, "--yes", "--no-input", input=PLAIN)
        assert (outcome.exit_code, secrets(service)) == (0, {SERIAL: PLAIN}), outcome
        assert "in the place of another" in outcome.stderr

    def test_the_same_secret_again_succeeds(self, run: Run, service: SecretService) -> None:
        run("totp", "add", "--mfa-serial", SERIAL, input=PLAIN)
        outcome = run("totp", "add", "--mfa-serial", SERIAL, "--no-input", input=PLAIN.lower())
        assert (outcome.exit_code, secrets(service)) == (0, {SERIAL: PLAIN}), outcome
        assert f"the secret of {SERIAL} was stored already" in outcome.stderr

    @pytest.mark.parametrize(("answer", "kept"), [("n", OTHER), ("", OTHER), ("y", PLAIN)])
    def test_a_person_can_confirm_to_replace_another_secret(
        self, run: Run, terminal: Terminal, service: SecretService, answer: str, kept: str
    ) -> None:
        run("totp", "add", "--mfa-serial", SERIAL, input=OTHER)
        child = terminal("totp", "add", "--mfa-serial", SERIAL)
        child.expect_exact("not shown): ")
        child.sendline(PLAIN)
        child.expect_exact("Replace it? [y/N]")
        child.sendline(answer)
        child.expect_exact(pexpect.EOF)
        child.close()
        assert (child.exitstatus, secrets(service)) == (0 if answer == "y" else 7, {SERIAL: kept})


class TestCode:
    """`totp code`."""

    @pytest.fixture(autouse=True)
    def stored(self, run: Run, service: SecretService, carols: AwsFiles, phone: Device) -> None:
        del service, carols
        assert run("totp", "add", input=phone.secret).exit_code == 0

    def test_totp_code_prints_the_code_of_the_phone(self, run: Run, phone: Device) -> None:
        stay_in_window()
        outcome = run("totp", "code")
        assert (outcome.exit_code, outcome.stdout) == (0, f"{phone.code()}\n")
        assert f"{phone.serial}: good for " in outcome.stderr
        assert "already" not in outcome.stderr

    def test_json_has_the_code_and_its_validity(self, run: Run, phone: Device) -> None:
        stay_in_window()
        outcome = run("totp", "code", "--json", "--mfa-serial", phone.serial)
        answer = json.loads(outcome.stdout)
        assert 0 < answer.pop("seconds_left") <= STEP_SECONDS
        assert outcome.stderr == ""
        assert answer == {
            "version": 1,
            "serial": phone.serial,
            "code": phone.code(),
            "already_sent": False,
        }

    def test_code_says_if_login_has_used_the_window(self, run: Run, phone: Device) -> None:
        stay_in_window(20)
        code = run("totp", "code").stdout.strip()
        logged_in = run("login", "--token-code", code)
        after = run("totp", "code")
        answer = json.loads(run("totp", "code", "--json").stdout)
        assert (logged_in.exit_code, after.stdout) == (0, f"{phone.code()}\n")
        assert "it was sent to AWS already" in after.stderr
        assert answer["already_sent"] is True

    def test_login_with_a_stored_secret_asks_nobody(self, run: Run, carols: AwsFiles) -> None:
        outcome = run("login", "--no-input")
        assert outcome.exit_code == 0, outcome
        assert carols.section("mfa") is not None

    def test_totp_code_without_a_secret_is_an_error(self, run: Run) -> None:
        outcome = run("totp", "code", "--mfa-serial", SERIAL)
        assert (outcome.exit_code, outcome.stdout) == (4, "")
        assert f"mfa-session totp add --mfa-serial {SERIAL}" in outcome.stderr


@pytest.mark.usefixtures("service")
class TestList:
    """`totp list`."""

    def test_list_names_the_profiles_of_each_secret(
        self, run: Run, files: AwsFiles, carol: User
    ) -> None:
        files.write(
            long_term(carol) + f"mfa_serial = {SERIAL}\n" + managed(mfa_session_mfa_serial=SERIAL),
            config="[profile old]\naws_mfa_device = GAHT12345678\n",
            settings=f'{SETTINGS}[sessions.work]\nmfa_serial = "{SERIAL}"\n',
        )
        run("totp", "add", "--mfa-serial", "GAHT12345678", input=OTHER)
        run("totp", "add", "--mfa-serial", SERIAL, input=PLAIN)
        outcome = run("totp", "list", "--json")
        assert json.loads(outcome.stdout) == {
            "version": 1,
            "secrets": [
                {"serial": "GAHT12345678", "profiles": ["old"]},
                {"serial": SERIAL, "profiles": ["default", "mfa", "work"]},
            ],
        }
        assert run("totp", "list").stdout == (
            "SERIAL                               PROFILES\n"
            "GAHT12345678                         old\n"
            f"{SERIAL}  default, mfa, work\n"
        )

    def test_a_device_that_no_profile_names_has_a_word_in_its_place(
        self, run: Run, files: AwsFiles, carol: User
    ) -> None:
        files.write(long_term(carol))
        run("totp", "add", "--mfa-serial", SERIAL, input=PLAIN)
        assert run("totp", "list").stdout.endswith(f"{SERIAL}  not known before a login\n")

    def test_list_without_secrets_says_how_to_add_one(self, run: Run) -> None:
        as_json, as_text = run("totp", "list", "--json"), run("totp", "list")
        assert json.loads(as_json.stdout) == {"version": 1, "secrets": []}
        assert (as_text.exit_code, as_text.stdout) == (0, "")
        assert "mfa-session totp add" in as_text.stderr

    def test_a_locked_keyring_leaves_what_is_on_record(
        self, run: Run, service: SecretService
    ) -> None:
        run("totp", "add", "--mfa-serial", SERIAL, input=PLAIN)
        before = run("totp", "list", "--json")
        service.lock()
        outcome = run("totp", "list", "--json")
        assert (outcome.exit_code, outcome.stdout) == (0, before.stdout)
        assert "warning: the Secret Serv" in outcome.stderr
        assert "; the list shows what the keyring held last" in outcome.stderr


class TestRemove:
    """`totp remove`."""

    @pytest.fixture(autouse=True)
    def stored(self, run: Run, service: SecretService) -> None:
        del service
        assert run("totp", "add", "--mfa-serial", SERIAL, input=PLAIN).exit_code == 0

    @pytest.mark.parametrize("argv", [("--yes",), (SERIAL, "--yes"), ("--yes", "--no-input")])
    def test_yes_removes_the_secret(
        self, run: Run, service: SecretService, argv: tuple[str, ...]
    ) -> None:
        outcome = run("totp", "remove", *argv)
        assert (outcome.exit_code, outcome.stdout, secrets(service)) == (0, "", {}), outcome

    @pytest.mark.parametrize(("answer", "exit_code"), [("y", 0), ("yes", 0), ("n", 7), ("", 7)])
    def test_removal_is_confirmed_first(
        self, terminal: Terminal, service: SecretService, answer: str, exit_code: int
    ) -> None:
        child = terminal("totp", "remove")
        child.expect_exact(f"Remove the secret of {SERIAL}?")
        child.sendline(answer)
        child.expect_exact(pexpect.EOF)
        child.close()
        left = {} if exit_code == 0 else {SERIAL: PLAIN}
        assert (child.exitstatus, secrets(service)) == (exit_code, left)

    @pytest.mark.parametrize("argv", [(), ("--no-input",)])
    def test_without_a_person_no_secret_is_removed(
        self, run: Run, service: SecretService, argv: tuple[str, ...]
    ) -> None:
        outcome = run("totp", "remove", SERIAL, *argv)
        assert (outcome.exit_code, secrets(service)) == (7, {SERIAL: PLAIN})
        assert f"hint: to confirm it: `mfa-session totp remove {SERIAL} --yes`" in outcome.stderr

    def test_an_unknown_secret_is_an_error(self, run: Run, service: SecretService) -> None:
        outcome = run("totp", "remove", "GAHT12345678", "--yes")
        assert (outcome.exit_code, secrets(service)) == (3, {SERIAL: PLAIN})
        assert "no secret of GAHT12345678 is stored" in outcome.stderr

    def test_the_person_picks_one_of_several_secrets(
        self, run: Run, terminal: Terminal, service: SecretService
    ) -> None:
        run("totp", "add", "--mfa-serial", "GAHT12345678", input=OTHER)
        refused = run("totp", "remove", "--yes")
        assert (refused.exit_code, "several secrets are stored" in refused.stderr) == (3, True)
        child = terminal("totp", "remove", "--yes")
        child.expect_exact("Which one (1-2)?")
        child.sendline("1")
        child.expect_exact(pexpect.EOF)
        assert secrets(service) == {SERIAL: PLAIN}


class TestShowQr:
    """`totp show-qr`."""

    @pytest.fixture(autouse=True)
    def stored(self, run: Run, service: SecretService) -> None:
        del service
        assert run("totp", "add", "--mfa-serial", SERIAL, input=PLAIN).exit_code == 0

    def test_a_phone_reads_the_secret_after_yes(self, terminal: Terminal) -> None:
        child = terminal("totp", "show-qr", SERIAL)
        child.expect_exact(f"Show the secret of {SERIAL}?")
        child.sendline("y")
        child.expect("then press Enter: ")
        camera = Camera()
        camera.feed(child.before + child.after)
        (address,) = camera.codes()
        child.send("\r")
        child.expect_exact(pexpect.EOF)
        child.close()
        assert address.startswith(f"otpauth://totp/carol@123456789012?secret={PLAIN}")
        assert child.exitstatus == 0

    def test_a_no_shows_nothing_and_is_no_error(self, terminal: Terminal) -> None:
        child = terminal("totp", "show-qr")
        child.expect_exact("[y/N] ")
        child.sendline("n")
        child.expect_exact(pexpect.EOF)
        child.close()
        assert child.before.split("\r\n")[-2] == f"the secret of {SERIAL} was not shown"
        assert child.exitstatus == 7

    def test_without_a_terminal_no_secret_is_shown(self, run: Run) -> None:
        outcome = run("totp", "show-qr", SERIAL)
        assert (outcome.exit_code, outcome.stdout, PLAIN in outcome.stderr) == (2, "", False)

    def test_a_secret_that_is_not_stored_is_an_error(self, terminal: Terminal) -> None:
        child = terminal("totp", "show-qr", "GAHT12345678")
        child.expect_exact("no secret is stored for GAHT12345678")
        child.expect_exact(pexpect.EOF)
        child.close()
        assert child.exitstatus == 4


class TestBadKeyring:
    """An unusable keyring is an error before a secret is asked, and nothing is stored."""

    def test_a_locked_keyring_is_an_error(self, run: Run, service: SecretService) -> None:
        run("totp", "add", "--mfa-serial", SERIAL, input=PLAIN)
        service.lock()
        outcomes = [
            run("totp", "code", "--mfa-serial", SERIAL),
            run("totp", "remove", SERIAL, "--yes"),
            run("totp", "add", "--mfa-serial", SERIAL, input=OTHER),
        ]
        assert [outcome.exit_code for outcome in outcomes] == [3, 3, 3]
        locked = f"the Secret Service ({secret_service.BACKEND}) is locked, or was never set up"
        answer = {outcome.stderr.split("\n")[0] for outcome in outcomes}
        assert answer == {f"mfa-session: error: {locked}"}

    def test_a_keyring_that_does_not_run_is_an_error(
        self, terminal: Terminal, service: SecretService
    ) -> None:
        service.kill()
        child = terminal("totp", "add", "--mfa-serial", SERIAL)
        child.expect_exact("cannot be used")
        child.expect_exact(pexpect.EOF)
        child.close()
        assert child.exitstatus == 3

    @pytest.mark.parametrize(
        ("backend", "code"),
        [
            ("keyring.backends.fail.Keyring", "keyring-unusable"),
            ("keyring.backends.null.Keyring", "keyring-unusable"),
            ("keyring.backends.chainer.ChainerBackend", "keyring-ambiguous"),
        ],
    )
    def test_a_keyring_that_stores_nothing_is_an_error(
        self, run: Run, backend: str, code: str
    ) -> None:
        env = {"PYTHON_KEYRING_BACKEND": backend}
        added = run("totp", "add", "--mfa-serial", SERIAL, input=PLAIN, env=env)
        listed = run("totp", "list", "--json", env=env)
        made = run("totp", "code", "--json", "--mfa-serial", SERIAL, env=env)
        codes = [json.loads(outcome.stdout)["error"]["code"] for outcome in (listed, made)]
        assert (added.exit_code, listed.exit_code, codes) == (3, 3, [code, code])

    def test_help_names_the_commands(self, run: Run) -> None:
        outcome = run("totp")
        assert outcome.exit_code == 0
        assert [
            line.split()[0] for line in outcome.stdout.split("Commands:\n")[1].splitlines()
        ] == [
            "add",
            "code",
            "list",
            "show-qr",
            "remove",
        ]
