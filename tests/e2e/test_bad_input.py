"""Bad input: a clear error, the right exit code, and nothing is changed."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Protocol

import pytest

import processes
from places import managed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device
    from places import AwsFiles

COMMANDS = (
    ["login", "--token-code", "000000"],
    ["status"],
    ["logout"],
    ["exec", "--", "true"],
    ["env", "--shell", "json"],
    ["credential-process"],
)


FULLWIDTH = "\uff11\uff12\uff13\uff14\uff15\uff16"


def tree(home: Path) -> dict[str, bytes | str]:
    """Return every file below the home with its contents, except the program's state."""
    return {
        str(path.relative_to(home)): os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in sorted(home.rglob("*"))
        if (path.is_file() or path.is_symlink()) and "state" not in path.parts
    }


@pytest.fixture(autouse=True)
def nothing_is_changed(
    aws: FullSandbox, home: Path, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Remember the home once the test has set it up (`settled`), and compare at its end."""
    settled: list[dict[str, bytes | str]] = []
    request.node.settle = lambda: settled.append(tree(home))
    yield
    assert settled, "the test never settled its home"
    assert tree(home) == settled[-1]
    assert aws.count("GetSessionToken") == 0


class Refused(Protocol):
    """Run the program, expect a refusal, and return its stderr."""

    def __call__(
        self, *argv: str, exit_code: int, env: dict[str, str | None] | None = None
    ) -> str: ...


@pytest.fixture
def refused(run: Run, request: pytest.FixtureRequest) -> Refused:
    """Return a function that runs the program, expects a refusal and returns its stderr."""

    def refused(*argv: str, exit_code: int, env: dict[str, str | None] | None = None) -> str:
        request.node.settle()
        outcome = run(*argv, env=env)
        assert outcome.exit_code == exit_code, outcome
        assert outcome.stdout in {"", "false\n"}
        assert "Traceback" not in outcome.stderr
        assert "bug" not in outcome.stderr
        return outcome.stderr

    return refused


def test_without_files_login_names_them_and_suggests_aws_configure(
    refused: Refused, files: AwsFiles
) -> None:
    said = refused("login", "--token-code", "000000", exit_code=3)
    assert "no long-term access key found" in said
    assert str(files.credentials) in said
    assert str(files.config) in said
    assert "aws configure" in said
    assert not files.credentials.parent.exists()


def test_a_mistyped_profile_gets_a_suggestion(refused: Refused, carols: AwsFiles) -> None:
    carols.write(carols.credentials.read_text() + managed("production"))
    said = refused("login", "--profile", "prodcution", "--token-code", "000000", exit_code=3)
    assert said == (
        "mfa-session: error: no session and no profile is named 'prodcution'\n"
        "hint: did you mean 'production'?\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n# nothing\n",
        "[default]\nregion = eu-west-1\n",
        "[default]\naws_access_key_id = \naws_secret_access_key = \n",
    ],
    ids=["empty file", "only a comment", "only a region", "blank values"],
)
def test_a_file_without_keys_is_refused(refused: Refused, files: AwsFiles, text: str) -> None:
    files.write(text)
    said = refused("login", "--token-code", "000000", exit_code=3)
    assert "no long-term access key" in said


def test_a_source_profile_without_keys_is_refused(refused: Refused, files: AwsFiles) -> None:
    files.write("[work]\nregion = eu-west-1\n")
    said = refused("login", "--source-profile", "work", "--token-code", "000000", exit_code=3)
    assert "profile 'work' holds no long-term access key" in said


@pytest.mark.parametrize(
    "code",
    [
        "abc",
        "12345",
        "1234567",
        "12 3456",
        "1 2 3 4 5 6",
        "12345a",
        FULLWIDTH,
        "-12345",
        "1e5000",
    ],
)
def test_a_text_that_is_not_a_code_is_refused(
    refused: Refused, aws: FullSandbox, carols: AwsFiles, code: str
) -> None:
    assert carols.section("mfa") is None
    said = refused("login", f"--token-code={code}", exit_code=4)
    assert "a code is six digits" in said
    assert code not in said.replace("such as 123456", "")
    refused("login", exit_code=4, env={"MFA_SESSION_TOKEN_CODE": code})
    assert len(aws.calls) == 0


@pytest.mark.parametrize("typed", ["", "\n", "12345\n", "no code\n", "1" * 5000])
def test_a_text_on_stdin_that_is_not_a_code_is_refused(
    refused: Refused, run: Run, aws: FullSandbox, carols: AwsFiles, typed: str
) -> None:
    refused("login", "--token-code", "x", exit_code=4)
    outcome = run("login", "--token-code", "-", input=typed)
    assert (outcome.exit_code, outcome.stdout, carols.section("mfa")) == (4, "", None)
    assert len(aws.calls) == 0


def test_a_closed_stdin_has_no_code(refused: Refused, program: str, carols: AwsFiles) -> None:
    refused("login", "--token-code", "x", exit_code=4)
    script = f'exec <&-; "{program}" login --token-code -'
    outcome = processes.run_process(["sh", "-c", script])
    assert outcome.exit_code == 4
    assert "no code came on stdin" in outcome.stderr
    assert carols.section("mfa") is None


@pytest.mark.parametrize("duration", ["13x", "", "h", "1h30", "-5", "1.5h", "1m1h", "12 h x", "٣h"])
@pytest.mark.parametrize("place", ["option", "variable"])
def test_a_text_that_is_not_a_duration_is_refused(
    refused: Refused, carols: AwsFiles, duration: str, place: str
) -> None:
    assert carols.section("mfa") is None
    if place == "option":
        said = refused("login", f"--duration={duration}", exit_code=2)
        assert "--duration" in said
    elif duration:
        said = refused("login", exit_code=2, env={"MFA_SESSION_DURATION": duration})
        assert "MFA_SESSION_DURATION" in said
    else:  # an empty variable counts as unset
        said = refused("login", "--no-input", "--mfa-serial", "GAHT12345678", exit_code=4,
                       env={"MFA_SESSION_DURATION": ""})  # fmt: skip
        assert "nobody to ask" in said


@pytest.mark.parametrize("duration", ["0", "899", "14m", "129601", "37h", "2d", "99999999999999"])
@pytest.mark.parametrize("place", ["option", "variable", "settings", "section"])
def test_a_duration_out_of_range_is_refused(
    refused: Refused, carols: AwsFiles, duration: str, place: str
) -> None:
    argv = ["login", "--token-code", "000000"]
    env: dict[str, str | None] = {}
    if place == "option":
        argv += ["--duration", duration]
    elif place == "variable":
        env["MFA_SESSION_DURATION"] = duration
    elif place == "settings":
        carols.write(settings=f'[sessions.mfa]\nduration = "{duration}"\n')
    else:
        carols.write(config=f"[profile mfa]\nduration_seconds = {duration}\n")
    said = refused(*argv, exit_code=3, env=env)
    if place == "section" and not duration.isdigit():
        assert f"duration_seconds = {duration}" in said
    else:
        assert "out of range" in said
        assert "15m to 36h" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[defaults]\nprofle = 'x'\n", "did you mean 'defaults.profile'?"),
        ("[sesions.mfa]\n", "did you mean 'sessions'?"),
        ("[sessions.mfa]\nmfa_seral = 'x'\n", "did you mean 'sessions.mfa.mfa_serial'?"),
        ("[guard]\nprotected = []\n", "did you mean 'guard.protect'?"),
        ("[defaults]\nprofile = 3\n", "defaults.profile must be a text"),
        ("[defaults]\nduration = true\n", "defaults.duration must be a duration"),
        ("[defaults]\nduration = '13x'\n", "defaults.duration must be a duration"),
        ("[guard]\nstrict = 'no'\n", "guard.strict must be true or false"),
        ("[guard]\nprotect = 'ec2:*'\n", "guard.protect must be a list of strings"),
        ("[sessions.mfa]\ncode = 'phone'\n", 'sessions.mfa.code must be one of "auto"'),
        ("[sessions.mfa]\ncode_command = []\n", "sessions.mfa.code_command must be"),
        ("sessions = 3\n", "sessions must be tables"),
        ("[sessions]\nmfa = 3\n", "sessions.mfa must be a table"),
        ("[defaults]\nprofile = unquoted\n", "line 2"),
        ("[defaults\n", "line 1"),
        ("[defaults]\nprofile = 'a'\nprofile = 'b'\n", "line 3"),
    ],
)
@pytest.mark.parametrize("command", [["login"], ["credential-process"]], ids=lambda c: str(c[0]))
def test_a_wrong_setting_is_refused_with_its_file(
    refused: Refused, carols: AwsFiles, text: str, said: str, command: list[str]
) -> None:
    carols.write(settings=text)
    told = refused(*command, exit_code=3)
    assert str(carols.settings) in told
    assert said in told


def test_a_settings_file_that_is_not_utf_8_is_refused_with_the_line(
    refused: Refused, carols: AwsFiles
) -> None:
    carols.write(settings="")
    carols.settings.write_bytes(b"[defaults]\n# Gr\xfc\xdfe\n")
    assert "line 2" in refused("status", exit_code=3)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command[0]))
def test_a_bom_in_config_toml_is_called_so(
    refused: Refused, files: AwsFiles, command: list[str]
) -> None:
    files.write("", settings="x")
    files.settings.write_bytes(b"\xef\xbb\xbf[defaults]\n")
    said = refused(*command, exit_code=3)
    assert f"{files.settings}, line 1: the file starts with a byte order mark" in said
    assert "without BOM" in said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"[a]\nx = 1\n[a]\ny = 2\n", 3),
        (b"x = 1\n[a]\n", 1),
        (b"\xef\xbb\xbf[a]\nx = 1\n", 1),
        (b"[a]\nx = 1\nno equals sign\n", 3),
        (b"[a]\nx = 1\nX = 2\n", 3),
        (b"[a]\nx = \xff\xfe\n", 2),
    ],
    ids=[
        "duplicate section",
        "text before a section",
        "BOM",
        "no equals sign",
        "duplicate key",
        "not UTF-8",
    ],
)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command[0]))
def test_a_credentials_file_that_botocore_cannot_read_is_refused_with_the_line(
    refused: Refused, files: AwsFiles, text: bytes, line: int, command: list[str]
) -> None:
    files.write("")
    files.credentials.write_bytes(text)
    said = refused(*command, exit_code=3)
    assert str(files.credentials) in said
    assert f"line {line}" in said


def test_a_config_file_that_botocore_cannot_read_is_refused(
    refused: Refused, carols: AwsFiles
) -> None:
    carols.write(config="[profile a]\nx = 1\nno equals sign\n")
    said = refused("login", "--token-code", "000000", exit_code=3)
    assert str(carols.config) in said
    assert "line 3" in said


@pytest.mark.parametrize("which", ["credentials", "config", "settings"])
@pytest.mark.parametrize("kind", ["directory", "links in a circle"])
@pytest.mark.parametrize("command", [COMMANDS[0], COMMANDS[1]], ids=lambda c: str(c[0]))
def test_a_path_that_is_not_a_file_is_refused(
    refused: Refused, carols: AwsFiles, which: str, kind: str, command: list[str]
) -> None:
    path: Path = getattr(carols, which)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if kind == "directory":
        path.mkdir()
    else:
        path.symlink_to(path.name)
    assert str(path) in refused(*command, exit_code=3)


def test_a_credentials_file_of_another_user_is_refused(refused: Refused, carols: AwsFiles) -> None:
    if os.geteuid() == 0:
        os.chown(carols.credentials, 12345, 12345)
    else:
        carols.credentials.chmod(0o622)
    said = refused("login", "--token-code", "000000", exit_code=3)
    assert str(carols.credentials) in said
    assert "sudo -H -u" in said or "chmod" in said


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
@pytest.mark.parametrize("which", ["credentials", "settings"])
def test_a_file_that_others_may_write_is_refused(
    refused: Refused, carols: AwsFiles, which: str, mode: int
) -> None:
    carols.write(settings="")
    path: Path = getattr(carols, which)
    path.chmod(mode)
    said = refused("login", "--token-code", "000000", exit_code=3)
    assert f"{path} may be written by others" in said
    assert f"chmod go-w {path}" in said


def test_a_missing_settings_file_is_named_with_its_variable(
    refused: Refused, carols: AwsFiles
) -> None:
    assert carols.section("mfa") is None
    said = refused("login", exit_code=3, env={"MFA_SESSION_CONFIG": "/nowhere/config.toml"})
    assert "MFA_SESSION_CONFIG" in said
    assert "/nowhere/config.toml" in said


def test_a_config_file_that_a_group_may_write_is_accepted(
    run: Run, request: pytest.FixtureRequest, carols: AwsFiles
) -> None:
    carols.write(config="[default]\nregion = eu-west-1\n")
    carols.config.chmod(0o664)
    request.node.settle()
    assert run("status").exit_code == 0


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_a_posix_locale_shows_names_in_utf_8(
    run: Run, request: pytest.FixtureRequest, files: AwsFiles, locale: str
) -> None:
    files.write("# Grüße\n[default]\nowner = Zoë\n" + managed(mfa_session_name="größe"))
    request.node.settle()
    env = {"LC_ALL": locale, "LANG": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": None}
    outcome = run("status", env=env)
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert "größe" in outcome.stdout


@pytest.mark.parametrize("utf8_mode", ["0", "1"])
def test_status_works_in_a_locale_that_is_not_utf_8(
    request: pytest.FixtureRequest, program: str, files: AwsFiles, utf8_mode: str
) -> None:
    files.write("# Grüße\n" + managed(mfa_session_name="größe"))
    request.node.settle()
    env = {"LC_ALL": "C", "PYTHONUTF8": utf8_mode, "PYTHONCOERCECLOCALE": "0"}
    process = processes.start_process([program, "status"], env)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (0, b"")
    assert b"mfa " in stdout


def test_without_a_home_the_variables_name_the_files(
    run: Run, request: pytest.FixtureRequest, files: AwsFiles
) -> None:
    files.write(managed())
    request.node.settle()
    env = {
        "HOME": None,
        "USERPROFILE": None,
        "AWS_SHARED_CREDENTIALS_FILE": str(files.credentials),
        "AWS_CONFIG_FILE": str(files.config),
        "XDG_STATE_HOME": str(files.credentials.parent / "state"),
        "XDG_CONFIG_HOME": str(files.credentials.parent / "config"),
    }
    assert run("status", "--check", env=env) == (0, "", "")
    assert run("credential-process", env=env).exit_code == 0


def test_without_home_the_password_database_names_the_directory(
    run: Run, request: pytest.FixtureRequest, files: AwsFiles
) -> None:
    request.node.settle()
    outcome = run("status", "--check", env={"HOME": None, "XDG_STATE_HOME": "/nowhere"})
    assert outcome.exit_code == 4, outcome
    assert not files.credentials.exists()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["lgin"], "No such command 'lgin'; did you mean 'login'?"),
        (["login", "--nosuch"], "--nosuch"),
        (["login", "--profile"], "--profile"),
        (["login", "extra"], "extra"),
        (["env", "--shell", "tcsh"], "tcsh"),
        (["status", "--check=yes"], "--check"),
        (["login", "--min-ttl", "soon"], "--min-ttl"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_refused(refused: Refused, argv: list[str], said: str) -> None:
    assert said in refused(*argv, exit_code=2)


def test_a_closed_pipe_on_stdout_ends_status_silently(
    request: pytest.FixtureRequest, program: str, files: AwsFiles
) -> None:
    files.write(managed())
    request.node.settle()
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [program, "status"], stdout=write, stderr=subprocess.PIPE, check=False, timeout=60
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_serial_that_is_not_a_device_is_refused_before_aws_is_asked(
    refused: Refused, aws: FullSandbox, carols: AwsFiles, phone: Device
) -> None:
    serial = phone.serial.replace(":mfa/", ":user/")
    said = refused("login", "--mfa-serial", serial, "--token-code", "000000", exit_code=3)
    assert serial in said
    assert (carols.section("mfa"), len(aws.calls)) == (None, 0)
