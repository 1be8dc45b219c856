"""`configure` sets up a session in one command, and replaces no value without asking."""

from __future__ import annotations

import json
import os
import shlex
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

import processes
from configuring import BOOKS, PHONE, ROLE, WRITTEN, tree
from fakes import file_keyring
from places import long_term

if TYPE_CHECKING:
    from conftest import Run, Start, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, Document, User
    from places import AwsFiles

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals and modes of POSIX")


class TestWithoutATerminal:
    """The options give the answers."""

    def test_configure_leads_from_a_key_to_a_session(
        self, run: Run, carols: AwsFiles, phone: Device, aws: FullSandbox
    ) -> None:
        outcome = run("configure", "--token-code", phone.code())
        assert (outcome.exit_code, outcome.stdout) == (0, ""), outcome
        *told, good_for, use_it = outcome.stderr.splitlines()
        assert "good for 12h, until " in good_for
        assert use_it == "use it: aws --profile mfa …"
        assert told == [
            "long-term keys: profile 'default'",
            f"MFA device: {PHONE}",
            f"{carols.settings} (a new file):",
            "  + [sessions.mfa]",
            '  + source_profile = "default"',
            f'  + mfa_serial = "{PHONE}"',
            f"written: {carols.settings}",
        ]
        assert carols.settings.read_text() == WRITTEN
        assert stat.S_IMODE(carols.settings.stat().st_mode) == 0o600
        assert stat.S_IMODE(carols.settings.parent.stat().st_mode) == 0o700
        section = carols.section("mfa")
        assert section is not None
        assert section["mfa_session_mfa_serial"] == PHONE
        assert [call.status for call in aws.calls.of("GetSessionToken")] == [200]

    def test_a_second_run_changes_nothing(
        self, run: Run, carols: AwsFiles, phone: Device, home: Path, aws: FullSandbox
    ) -> None:
        argv = ("configure", "--duration", "8h", "--shell", "bash", "--role", f"books={ROLE}")
        assert run(*argv, "--token-code", phone.code(), "--yes").exit_code == 0
        before, calls = tree(home), len(list(aws.calls))
        outcome = run(*argv, "--yes")
        assert outcome.exit_code == 0, outcome
        assert "everything is already set; nothing was written" in outcome.stderr
        assert "kept, good for" in outcome.stderr
        assert (tree(home), len(list(aws.calls))) == (before, calls)
        wanted = {"role_arn": ROLE, "source_profile": "mfa", "region": "eu-west-1"}
        assert carols.profile("books") == wanted

    def test_every_answer_can_be_an_option(self, run: Run, carols: AwsFiles, phone: Device) -> None:
        outcome = run(
            "configure", "--profile", "work", "--source-profile", "default",
            "--mfa-serial", phone.serial, "--duration", "1h30m", "--code", "command",
            "--code-command", "op item get 'AWS' --otp", "--region", "eu-west-3",
            "--confirm", "--no-login", "--no-input",
        )  # fmt: skip
        assert outcome.exit_code == 0, outcome
        assert carols.settings.read_text() == (
            '[sessions.work]\nsource_profile = "default"\n'
            f'mfa_serial = "{PHONE}"\nduration = "1h30m"\ncode = "command"\n'
            'code_command = "op item get \'AWS\' --otp"\nregion = "eu-west-3"\n\n'
            '[defaults]\nprofile = "work"\n\n[guard]\nconfirm = true\n'
        )

    def test_a_dry_run_shows_and_writes_nothing(
        self, run: Run, carols: AwsFiles, home: Path, aws: FullSandbox
    ) -> None:
        before = tree(home)
        outcome = run("configure", "--dry-run", "--role", f"books={ROLE}", "--shell", "zsh")
        assert outcome.exit_code == 0, outcome
        script = carols.settings.with_name("init.zsh")
        assert outcome.stdout.splitlines() == [
            f"{carols.settings} (a new file):",
            "  + [sessions.mfa]",
            '  + source_profile = "default"',
            f'  + mfa_serial = "{PHONE}"',
            f"{carols.config} (a new file):",
            "  + [profile books]",
            f"  + role_arn = {ROLE}",
            "  + source_profile = mfa",
            "  + region = eu-west-1",
            f"{script} (a new file): the guard, completion and a prompt for zsh",
        ]
        assert (tree(home), aws.count("GetSessionToken")) == (before, 0)

    def test_json_has_the_changes(self, run: Run, carols: AwsFiles, phone: Device) -> None:
        outcome = run("configure", "--json", "--duration", "1h", "--token-code", phone.code())
        assert outcome.exit_code == 0, outcome
        data = json.loads(outcome.stdout)
        login = data.pop("login")
        assert (login["profile"], login["valid"], login["reused"]) == ("mfa", True, False)
        place = {"file": "config.toml", "before": None}
        assert data == {
            "version": 1,
            "session": "mfa",
            "profile": "mfa",
            "written": True,
            "files": [str(carols.settings)],
            "changes": [
                {**place, "setting": "sessions.mfa.source_profile", "after": "default"},
                {**place, "setting": "sessions.mfa.mfa_serial", "after": PHONE},
                {**place, "setting": "sessions.mfa.duration", "after": "1h"},
            ],
        }

    def test_without_a_person_for_the_code_there_is_no_login(
        self, run: Run, carols: AwsFiles
    ) -> None:
        outcome = run("configure", "--no-input")
        assert outcome.exit_code == 0, outcome
        assert "not logged in: session 'mfa' needs an MFA code" in outcome.stderr
        assert carols.settings.read_text() == WRITTEN

    def test_other_settings_in_config_toml_are_unchanged(
        self, run: Run, carols: AwsFiles, phone: Device
    ) -> None:
        text = (
            "# my settings\r\n[defaults]   # usual\r\nmin_ttl = '20m'\r\n\r\n"
            "[sessions.mfa]\r\ncode = 'prompt' # I type\r\n# duration = \"1h\"\r\n\r\n"
            "# about the keyring\r\n[keyring]\r\ninsecure = false"
        )
        carols.settings.parent.mkdir(parents=True)
        carols.settings.write_bytes(text.encode())
        carols.settings.chmod(0o640)
        outcome = run("configure", "--no-login", "--mfa-serial", phone.serial)
        assert outcome.exit_code == 0, outcome
        assert "was readable by others (mode 0640): now 0600" in outcome.stderr
        added = f'source_profile = "default"\r\nmfa_serial = "{PHONE}"\r\n'
        expected = text.replace("# I type\r\n", "# I type\r\n" + added)
        assert carols.settings.read_bytes() == expected.encode()

    def test_role_profiles_get_the_session_as_source(
        self, run: Run, carols: AwsFiles, carol: User, aws: FullSandbox, phone: Device
    ) -> None:
        trust: Document = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}
            ],
        }
        aws.create_role("books", trust=trust)
        carols.write(config=BOOKS)
        outcome = run("configure", "--repoint", "books", "--token-code", phone.code())
        assert outcome.exit_code == 0, outcome
        expected = BOOKS.replace(f"source_profile = default\nmfa_serial = {PHONE}\n",
                                 "source_profile = mfa\n")  # fmt: skip
        text = carols.config.read_text()
        assert text.startswith(expected)
        assert "[profile mfa]\nregion = eu-west-1" in text[len(expected) :]
        import boto3

        session = boto3.Session(profile_name="books", region_name="eu-west-1")
        identity = session.client("sts").get_caller_identity()
        assert ":assumed-role/books/" in identity["Arn"]

    def test_the_script_and_the_line_that_sources_it_are_written(
        self, run: Run, carols: AwsFiles, home: Path
    ) -> None:
        (home / ".bashrc").write_bytes(b"alias ll='ls -l'  # mine")
        (home / ".bashrc").chmod(0o644)
        outcome = run("configure", "--shell", "bash", "--yes", "--no-login")
        assert outcome.exit_code == 0, outcome
        script = carols.settings.with_name("init.bash")
        assert script.read_text() == run("shell-init", "bash").stdout
        assert (home / ".bashrc").read_text() == (
            f"alias ll='ls -l'  # mine\nif [ -r '{script}' ]; then . '{script}'; fi\n"
        )
        assert stat.S_IMODE((home / ".bashrc").stat().st_mode) == 0o644

    def test_without_yes_the_line_is_only_shown(
        self, run: Run, carols: AwsFiles, home: Path
    ) -> None:
        outcome = run("configure", "--shell", "bash", "--no-guard", "--no-login")
        assert outcome.exit_code == 0, outcome
        script = carols.settings.with_name("init.bash")
        assert script.read_text().endswith(run("completion", "bash").stdout)
        assert "guard" not in script.read_text().partition("\n")[2].split("mfa-session")[0]
        assert not (home / ".bashrc").exists()
        assert f"add this line to {home}/.bashrc:\n  if [ -r" in outcome.stderr

    def test_an_empty_option_counts_as_not_given(self, run: Run, carols: AwsFiles) -> None:
        options = ("--profile", "--source-profile", "--mfa-serial", "--region")
        argv = [word for option in options for word in (option, "")]
        outcome = run("configure", "--no-login", *argv)
        assert outcome.exit_code == 0, outcome
        assert carols.settings.read_text() == WRITTEN

    def test_a_user_without_a_device_learns_how_to_enroll_one(
        self, run: Run, files: AwsFiles, carol: User
    ) -> None:
        files.write(long_term(carol))
        outcome = run("configure")
        assert outcome.exit_code == 0, outcome
        assert "add an MFA device: `mfa-session device enroll --profile mfa`" in outcome.stderr
        assert files.settings.read_text() == '[sessions.mfa]\nsource_profile = "default"\n'

    def test_without_a_network_login_finds_the_device(self, run: Run, carols: AwsFiles) -> None:
        env = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
        outcome = run("configure", "--no-login", env=env)
        assert outcome.exit_code == 0, outcome
        assert "your MFA device could not be found" in outcome.stderr
        assert carols.settings.read_text() == '[sessions.mfa]\nsource_profile = "default"\n'


@pytest.mark.parametrize(
    "argv",
    [("--guard", "--no-guard"), ("--role", "books"), ("--duration", "x"), ("--code", "x")],
    ids=" ".join,
)
def test_wrong_usage_changes_nothing(
    run: Run, carols: AwsFiles, home: Path, argv: tuple[str, ...]
) -> None:
    del carols
    before = tree(home)
    outcome = run("configure", *argv)
    assert (outcome.exit_code, outcome.stdout) == (2, ""), outcome
    assert tree(home) == before


class TestFiles:
    """States of config.toml and its directory."""

    def test_a_file_that_others_can_write_is_refused(
        self, run: Run, carols: AwsFiles, home: Path
    ) -> None:
        carols.write(settings="[defaults]\n")
        carols.settings.chmod(0o666)
        before = tree(home)
        outcome = run("configure", "--no-login")
        assert (outcome.exit_code, "may be written by others" in outcome.stderr) == (3, True)
        assert tree(home) == before

    def test_a_directory_that_others_can_write_to_is_refused(
        self, run: Run, carols: AwsFiles, home: Path
    ) -> None:
        (home / ".config").mkdir()
        (home / ".config").chmod(0o777)
        before = tree(home)
        outcome = run("configure", "--no-login")
        assert (outcome.exit_code, "may be written by others" in outcome.stderr) == (3, True)
        assert tree(home) == before
        assert not carols.settings.parent.exists()

    def test_two_runs_at_once_keep_both_sessions(
        self, start: Start, carols: AwsFiles, phone: Device
    ) -> None:
        carols.write(settings="# mine\n")
        argv = ("configure", "--no-login", "--source-profile", "default", "--mfa-serial")
        both = [start(*argv, phone.serial, "--profile", name) for name in ("mfa", "work")]
        assert [processes.finish_process(one).exit_code for one in both] == [0, 0]
        text = carols.settings.read_text()
        assert text.startswith("# mine\n\n[")
        work = WRITTEN.replace("[sessions.mfa]", "[sessions.work]")
        assert all(table in text for table in (WRITTEN, work))

    def test_a_symbolic_link_is_followed(self, run: Run, carols: AwsFiles, home: Path) -> None:
        (home / "dotfiles").mkdir()
        (home / "dotfiles" / "mfa.toml").write_text("# mine\n")
        carols.settings.parent.mkdir(parents=True)
        carols.settings.symlink_to(home / "dotfiles" / "mfa.toml")
        assert run("configure", "--no-login").exit_code == 0
        assert carols.settings.is_symlink()
        assert (home / "dotfiles" / "mfa.toml").read_text() == "# mine\n\n" + WRITTEN

    def test_force_replaces_a_value_in_its_place(self, run: Run, carols: AwsFiles) -> None:
        carols.write(settings=WRITTEN + 'duration = "12h" # a day\ncode = "auto"\n')
        outcome = run("configure", "--no-login", "--duration", "8h", "--force")
        assert outcome.exit_code == 0, outcome
        expected = WRITTEN + 'duration = "8h" # a day\ncode = "auto"\n'
        assert carols.settings.read_text() == expected
        assert '    [sessions.mfa]\n  - duration = "12h" # a day\n  + duration = "8h"' in (
            outcome.stderr
        )

    def test_warm_is_suggested_for_a_role_profile_that_is_not_repointed(
        self, run: Run, carols: AwsFiles
    ) -> None:
        carols.write(config=BOOKS)
        outcome = run("configure", "--no-login", "--no-input")
        assert outcome.exit_code == 0, outcome
        assert (
            "the AWS CLI asks for a code for books: fill its cache with `mfa-session warm`"
            in outcome.stderr
        )
        outcome = run("configure", "--no-login", "--no-input", "--repoint", "books")
        assert "mfa-session warm" not in outcome.stderr

    def test_configure_shows_no_line_of_the_credentials_file(
        self, run: Run, carols: AwsFiles, carol: User
    ) -> None:
        carols.write(config=BOOKS + long_term(carol, "profile spare"))
        outcome = run("configure", "--no-login", "--source-profile", "default", "--repoint",
                      "books", "-vv")  # fmt: skip
        assert outcome.exit_code == 0, outcome
        assert carol.secret_access_key not in outcome.stdout + outcome.stderr


class TestAtATerminal:
    """Questions, answers and interrupts."""

    def test_enter_and_a_code_lead_to_a_session(
        self, terminal: Terminal, carols: AwsFiles, phone: Device, home: Path
    ) -> None:
        keyring = {
            "PYTHON_KEYRING_BACKEND": file_keyring.NAME,
            "PYTHONPATH": str(Path(file_keyring.__file__).parent),
            "FILE_KEYRING": str(home.parent / "keyring.json"),
        }
        tty = terminal("configure", "--no-guard", env=keyring)
        tty.expect_exact("Session name [mfa]: ")
        tty.sendline("")
        tty.expect_exact("How long a session lasts [12h]: ")
        tty.sendline("")
        tty.expect_exact("in the system's keyring (not stored yet)")
        tty.expect_exact("Codes come from [auto]: ")
        tty.sendline("")
        tty.expect_exact('  + source_profile = "default"')
        tty.expect_exact("Write this? [Y/n] ")
        assert not carols.settings.exists()
        tty.sendline("")
        tty.expect_exact(f"MFA code for {PHONE} (session mfa): ")
        tty.sendline(phone.code())
        tty.expect("good for 12h, until .*, in profile 'mfa'")
        tty.expect_exact(pexpect.EOF)
        tty.close()
        assert tty.exitstatus == 0
        assert carols.settings.read_text() == WRITTEN

    def test_wrong_answers_are_asked_again(  # noqa: PLR0915  # one dialog, question by question
        self, terminal: Terminal, carols: AwsFiles, home: Path, program: str
    ) -> None:
        carols.write(config=BOOKS)
        line = f"{shlex.quote(program)} configure --no-login; true"
        tty = terminal("--norc", "-c", line, program="/bin/bash")
        for wrong in ("default", "a b", "books"):
            tty.expect_exact("Session name [mfa]: ")
            tty.sendline(wrong)
        tty.expect_exact("Session name [mfa]: ")
        tty.sendline("work")
        for wrong in ("x", "37h"):
            tty.expect_exact("How long a session lasts [12h]: ")
            tty.sendline(wrong)
        tty.expect_exact("How long a session lasts [12h]: ")
        tty.sendline("8h")
        tty.expect_exact("Codes come from [auto]: ")
        tty.sendline("phone")
        tty.expect_exact("Codes come from [auto]: ")
        tty.sendline("command")
        tty.expect_exact("The command that prints a code: ")
        tty.sendline("ykman oath code AWS")
        tty.expect_exact("lets the AWS CLI use it for an hour at a time.")
        tty.expect_exact("Take the role of profile 'books' from session 'work', ")
        tty.sendline("maybe")
        tty.expect_exact("answer y or n")
        tty.sendline("y")
        tty.expect_exact("Set up bash: completion, and the guard before `aws`? [y/N] ")
        tty.sendline("y")
        tty.expect_exact(f"Add a line to {home}/.bashrc that sources it? [Y/n] ")
        tty.sendline("n")
        tty.expect_exact("Write this? [Y/n] ")
        tty.sendline("y")
        tty.expect_exact("add this line to")
        tty.expect_exact(pexpect.EOF)
        assert carols.settings.read_text() == (
            WRITTEN.replace("mfa]", "work]") + 'duration = "8h"\ncode = "command"\n'
            'code_command = "ykman oath code AWS"\n\n[defaults]\nprofile = "work"\n'
        )
        assert carols.profile("books") == {
            "role_arn": ROLE, "source_profile": "work", "output": "text"
        }  # fmt: skip
        assert not (home / ".bashrc").exists()

    def test_a_bad_command_can_be_corrected_and_roles_without_a_session_are_named(
        self, terminal: Terminal, carols: AwsFiles
    ) -> None:
        carols.write(config=BOOKS)
        argv = ("configure", "--no-guard", "--profile", "mfa", "--duration", "1h")
        tty = terminal(*argv, "--code", "command", "--repoint", "books")
        tty.expect_exact("The command that prints a code: ")
        tty.sendline("exit 9")
        tty.expect_exact("Write this? [Y/n] ")
        tty.sendline("")
        tty.expect_exact("these profiles have no credentials until you log in: books; run `mfa-")
        tty.expect_exact("ended with exit code 9")
        tty.expect_exact("it is in [sessions.mfa] of config.toml")
        tty.expect_exact(pexpect.EOF)
        for answer, written in (("", "exit 9"), ("echo 123", "echo 123")):
            tty = terminal(*argv, "--no-login")
            tty.expect_exact("Codes come from [command]: ")
            tty.sendline("")
            tty.expect_exact("The command that prints a code [exit 9]: ")
            tty.sendline(answer)
            if answer:
                tty.expect_exact("Write this? [Y/n] ")
                tty.sendline("")
            tty.expect_exact(pexpect.EOF)
            assert f'code_command = "{written}"\n' in carols.settings.read_text()

    def test_a_keyring_that_does_not_exist_is_not_chosen(
        self, terminal: Terminal, carols: AwsFiles
    ) -> None:
        env = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        tty = terminal("configure", "--no-guard", "--no-login", env=env)
        tty.expect_exact("Session name [mfa]: ")
        tty.sendline("")
        for answer in ("37h", "1h"):
            tty.expect_exact("How long a session lasts [12h]: ")
            tty.sendline(answer)
        assert "36h; ask for less\r\n" in str(tty.before)
        tty.expect_exact("(no keyring was found on this machine)")
        tty.expect_exact("Codes come from [auto]: ")
        tty.sendline("keyring")
        tty.expect_exact("no keyring was found on this machine; start one")
        tty.expect_exact("Codes come from [auto]: ")
        assert not carols.settings.exists()

    def test_a_guarded_shell_is_not_offered_again(
        self, terminal: Terminal, carols: AwsFiles, program: str
    ) -> None:
        line = f"{shlex.quote(program)} configure --profile mfa --duration 1h --code auto; true"
        tty = terminal("--norc", "-c", line, program="/bin/bash", env={"MFA_SESSION_GUARD": "bash"})
        asked = tty.expect_exact(["Set up bash", "Write this? [Y/n] "])
        assert (asked, carols.settings.exists()) == (1, False)

    def test_the_person_picks_one_of_several_sources(
        self, terminal: Terminal, carols: AwsFiles, carol: User
    ) -> None:
        carols.write(long_term(carol) + long_term(carol, "work"))
        tty = terminal("configure", "--no-guard", "--profile", "mfa", "--no-login", "--dry-run")
        tty.expect_exact("Several profiles have long-term keys:\r\n  1  default\r\n  2  work\r\n")
        tty.expect_exact("Which one (1-2)? ")
        tty.sendline("2")
        tty.expect_exact("How long")
        tty.sendline("")
        tty.expect_exact("Codes come from")
        tty.sendline("")
        tty.expect_exact('+ source_profile = "work"')
        tty.expect_exact(pexpect.EOF)
        assert not carols.settings.exists()

    def test_a_value_is_replaced_only_after_yes(self, terminal: Terminal, carols: AwsFiles) -> None:
        text = WRITTEN + 'code = "prompt"\nduration = "1h"\n'
        carols.write(settings=text)
        argv = ("configure", "--no-guard", "--profile", "mfa", "--duration", "2h", "--code", "auto")
        tty = terminal(*argv, "--no-login")
        tty.expect_exact("sessions.mfa.duration is 1h. Make it 2h? [y/N] ")
        tty.sendline("y")
        tty.expect_exact("sessions.mfa.code is prompt. Make it auto? [y/N] ")
        tty.sendline("")
        tty.expect_exact("Write this? [Y/n] ")
        tty.sendline("")
        tty.expect_exact(pexpect.EOF)
        assert carols.settings.read_text() == text.replace("1h", "2h")

    def test_no_writes_nothing_and_is_exit_7(self, terminal: Terminal, carols: AwsFiles) -> None:
        tty = terminal(
            "configure", "--no-guard", "--profile", "mfa", "--duration", "1h", "--code", "auto"
        )
        tty.expect_exact("Write this? [Y/n] ")
        tty.sendline("n")
        tty.expect_exact("nothing was written: the answer was no")
        tty.expect_exact(pexpect.EOF)
        tty.close()
        assert tty.exitstatus == 7
        assert not carols.settings.exists()

    def test_a_concurrent_edit_of_the_file_is_kept(
        self, terminal: Terminal, carols: AwsFiles
    ) -> None:
        carols.write(settings="")
        argv = ("configure", "--no-guard", "--profile", "mfa", "--code", "auto", "--no-login")
        tty = terminal(*argv, "--duration", "1h")
        tty.expect_exact("Write this? [Y/n] ")
        carols.write(settings="[guard]\nconfirm = true\n")
        tty.sendline("")
        tty.expect_exact("written")
        tty.expect_exact(pexpect.EOF)
        text = carols.settings.read_text()
        assert text.startswith("[guard]\nconfirm = true\n\n" + WRITTEN)
        tty = terminal(*argv, "--duration", "1h", "--region", "eu-west-1")
        tty.expect_exact("Write this? [Y/n] ")
        carols.write(settings=text + 'region = "us-east-1"\n')
        tty.sendline("")
        tty.expect_exact("sessions.mfa.region was changed by another program in the meantime")
        tty.expect_exact(pexpect.EOF)
        tty.close()
        assert tty.exitstatus == 3
        assert carols.settings.read_text() == text + 'region = "us-east-1"\n'

    def test_after_ctrl_c_at_the_code_the_settings_are_written(
        self, terminal: Terminal, carols: AwsFiles
    ) -> None:
        tty = terminal(
            "configure", "--no-guard", "--profile", "mfa", "--duration", "1h", "--code", "auto"
        )
        tty.expect_exact("Write this? [Y/n] ")
        tty.sendline("")
        tty.expect_exact("MFA code for")
        tty.sendintr()
        tty.expect_exact("interrupted before the login; the settings are written")
        tty.expect_exact(pexpect.EOF)
        tty.close()
        assert tty.exitstatus == 130
        assert carols.settings.read_text() == WRITTEN + 'duration = "1h"\ncode = "auto"\n'
