"""What goes wrong on a machine: full disks, kills, odd files, odd locales. Nothing is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import botocore.configloader
import pytest

import processes
from mfa_session.files.locks import Lock
from mfa_session.files.state import StateDir
from moments import Held
from places import long_term, managed
from unprivileged import drop_capabilities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pexpect

    from conftest import Run, Start, Terminal
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes, mounts and signals of POSIX")

AS_ROOT = os.name != "nt" and os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root may mount, or give files away")
OTHER_USER = 12345
FAKES = Path(__file__).parents[1] / "fakes"
# Without its capabilities, root is bound by file modes, too.
WITHOUT_CAPABILITIES = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if AS_ROOT else []
UNPRIVILEGED = drop_capabilities if AS_ROOT else None


@pytest.fixture
def run_unprivileged(program: str) -> Run:
    """Run the program so that owners and modes bind it, even if root runs the tests."""

    def run_unprivileged(
        *argv: str,
        env: Mapping[str, str | None] | None = None,
        input: str | None = None,  # noqa: A002
        limit_seconds: float = processes.LIMIT_SECONDS,
    ) -> processes.Outcome:
        return processes.run_process(
            [program, *argv], env, input, limit_seconds, prepare=UNPRIVILEGED
        )

    return run_unprivileged


class Disk:
    """A small disk, mounted on the test's home."""

    def __init__(self, path: Path) -> None:
        """Mount it."""
        self.path = path
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=512k,mode=0700", "tmpfs", path], check=True
        )

    def fill(self) -> None:
        """Leave no room for another byte."""
        with (self.path / "ballast").open("wb", buffering=0) as file, suppress(OSError):
            while file.write(os.urandom(4096)):
                pass

    def free(self) -> None:
        """Free the room again."""
        (self.path / "ballast").unlink()

    def unmount(self) -> None:
        """Unmount it."""
        subprocess.run(["umount", "--lazy", self.path], check=True)


@pytest.fixture
def disk(home: Path) -> Iterator[Disk]:
    disk = Disk(home)
    yield disk
    disk.unmount()


def snapshot(folder: Path) -> dict[str, tuple[int, bytes | None]]:
    """Return every path below a folder, with its mode and the bytes of files."""
    return {str(path.relative_to(folder)): look_at(path) for path in sorted(folder.rglob("*"))}


def look_at(path: Path) -> tuple[int, bytes | None]:
    """Return the mode of a path, and the bytes of a file, even if its mode forbids reading."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        return mode, None
    path.chmod(0o600)
    try:
        return mode, path.read_bytes()
    finally:
        path.chmod(stat.S_IMODE(mode))


# A full disk


@needs_root
def test_a_full_disk_is_reported_before_a_code_is_spent(
    aws: FullSandbox, disk: Disk, carols: AwsFiles, phone: Device, run: Run
) -> None:
    disk.fill()
    before = carols.credentials.read_bytes()
    outcome = run("login", "--token-code", phone.code())
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert "could not be written: no space left on device" in outcome.stderr
    assert aws.calls.of("GetSessionToken") == []
    assert carols.credentials.read_bytes() == before


@needs_root
def test_the_doctor_sees_a_full_disk(disk: Disk, carols: AwsFiles, run: Run) -> None:
    def errors() -> list[str]:
        checks = json.loads(run("doctor", "--json").stdout)["checks"]
        return [check["finding"] for check in checks if check["severity"] == "error"]

    assert carols.credentials.exists()
    disk.fill()
    assert [error.split(": ")[1] for error in errors()] == ["its disk is full"] * 2
    disk.free()
    assert errors() == []


@pytest.mark.parametrize("limit", [4, 6, 7])
def test_too_few_open_files_are_reported_and_lose_no_session(
    aws: FullSandbox, carols: AwsFiles, phone: Device, program: str, run: Run, limit: int
) -> None:
    before = carols.credentials.read_bytes()
    limited = ["sh", "-c", f'ulimit -n {limit}; exec "$0" "$@"', program]
    argv = ("login", "--mfa-serial", phone.serial, "--token-code", phone.code())
    outcome = processes.run_process([*limited, *argv])
    assert outcome.exit_code == 3, outcome
    assert "too many open files" in outcome.stderr.lower()
    assert "Traceback" not in outcome.stderr
    assert carols.credentials.read_bytes() == before
    issued = aws.count("GetSessionToken")
    assert (run("login", "--no-input").exit_code == 0) == bool(issued)
    assert aws.count("GetSessionToken") == issued


@needs_root
@pytest.mark.parametrize("verb", ["import", "rotate"])
def test_a_full_disk_loses_no_long_term_key(
    aws: FullSandbox, disk: Disk, carols: AwsFiles, carol: User, tmp_path: Path, run: Run, verb: str
) -> None:
    os.environ.update(
        PYTHONPATH=str(FAKES),
        PYTHON_KEYRING_BACKEND="file_keyring.FileKeyring",
        FILE_KEYRING=str(tmp_path / "keyring.json"),
    )
    argv = ("keys", "import") if verb == "import" else ("keys", "rotate", "--yes")
    before, old = carols.credentials.read_bytes(), carol.access_key_id
    disk.fill()
    outcome = run(*argv)
    assert (outcome.exit_code, outcome.stdout) == (3, ""), outcome
    assert "no space left on device" in outcome.stderr
    assert carols.credentials.read_bytes() == before
    assert ([key.access_key_id for key in carol.keys], carol.inactive_keys) == ([old], set())
    disk.free()
    assert run(*argv).exit_code == 0
    assert (len(carol.keys), aws.count("CreateAccessKey")) == (
        (1, 0) if verb == "import" else (2, 1)
    )


@needs_root
def test_exec_works_on_a_full_disk(
    aws: FullSandbox, disk: Disk, carols: AwsFiles, phone: Device, run: Run
) -> None:
    disk.fill()
    before = carols.credentials.read_bytes()
    outcome = run("exec", "--token-code", phone.code(), "--", "printenv", "AWS_ACCESS_KEY_ID")
    assert (outcome.exit_code, outcome.stdout[:4]) == (0, "ASIA")
    assert "the session will not be kept" in outcome.stderr
    assert carols.credentials.read_bytes() == before
    assert len(aws.calls.of("GetSessionToken")) == 1


@needs_root
def test_a_disk_that_fills_up_after_the_code_loses_no_session(
    aws: FullSandbox,
    disk: Disk,
    carol: User,
    carols: AwsFiles,
    phone: Device,
    run: Run,
    start: Start,
) -> None:
    # Larger than the room that was reserved, of which a session needs a part.
    carols.write(long_term(carol) + "region = eu-west-1\n" + "# a long comment\n" * 1500)
    before = carols.credentials.read_bytes()
    with Held(aws, "GetSessionToken") as held:
        process = start("login", "--token-code", phone.code())
        held.wait_for_call()
        disk.fill()
        held.release()
        outcome = processes.finish_process(process)
    assert carols.credentials.read_bytes() == before
    assert "no space left on device; the session is kept in " in outcome.stderr
    check_kept_aside(aws, outcome, run)
    disk.free()
    check_written_next_time(aws, carols, run)


def check_kept_aside(aws: FullSandbox, outcome: processes.Outcome, run: Run) -> None:
    """Check that the session is kept in the state directory, and that every command finds it."""
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert "it needs no new code" in outcome.stderr
    found = re.search(r"the session is kept in (\S+)", outcome.stderr)
    assert found is not None
    assert stat.S_IMODE(os.stat(found[1]).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(found[1])).st_mode) == 0o700
    shown = json.loads(run("status", "--json").stdout)["sessions"]
    assert [(session["profile"], session["valid"]) for session in shown] == [("mfa", True)]
    assert run("status", "--check").exit_code == 0
    by_exec = run("exec", "--", "printenv", "AWS_ACCESS_KEY_ID")
    by_env = run("env", "--shell", "json")
    by_process = run("credential-process")
    assert [by_exec.exit_code, by_env.exit_code, by_process.exit_code] == [0, 0, 0]
    keys = {
        by_exec.stdout.strip(),
        json.loads(by_env.stdout)["AWS_ACCESS_KEY_ID"],
        json.loads(by_process.stdout)["AccessKeyId"],
    }
    assert len(keys) == 1
    assert len(aws.calls.of("GetSessionToken")) == 1


def check_written_next_time(aws: FullSandbox, files: AwsFiles, run: Run) -> None:
    """Check that the next login writes the session that was kept aside, without a code."""
    outcome = run("login")
    assert outcome.exit_code == 0, outcome
    section = files.section("mfa") or {}
    assert section["aws_access_key_id"].startswith("ASIA")
    assert (
        json.loads(run("env", "--shell", "json").stdout)["AWS_ACCESS_KEY_ID"]
        == (section["aws_access_key_id"])
    )
    state = files.credentials.parents[1] / ".local" / "state" / "mfa-session"
    assert [path.name for path in state.rglob("*session-*")] == []
    assert len(aws.calls.of("GetSessionToken")) == 1


def close_folder(files: AwsFiles) -> Callable[[], None]:
    """Make the credentials file's directory read-only; return a function that undoes it."""
    folder = files.credentials.parent
    folder.chmod(0o500)
    return lambda: folder.chmod(0o700)


def duplicate_section(files: AwsFiles) -> Callable[[], None]:
    """Write a section twice, as another program may; botocore cannot read it."""
    before = files.credentials.read_bytes()
    files.credentials.write_bytes(before + b"[default]\n")

    def put_back() -> None:
        files.credentials.write_bytes(before)

    return put_back


def put_folder_in_place(files: AwsFiles) -> Callable[[], None]:
    """Put a folder where the file was."""
    aside = files.credentials.with_name("aside")
    files.credentials.rename(aside)
    files.credentials.mkdir()

    def put_back() -> None:
        files.credentials.rmdir()
        aside.rename(files.credentials)

    return put_back


@pytest.mark.parametrize("break_file", [close_folder, duplicate_section, put_folder_in_place])
def test_a_file_that_cannot_be_written_any_more_loses_no_session(
    aws: FullSandbox,
    carols: AwsFiles,
    phone: Device,
    program: str,
    run_unprivileged: Run,
    break_file: Callable[[AwsFiles], Callable[[], None]],
) -> None:
    with Held(aws, "GetSessionToken") as held:
        command = [program, "login", "--token-code", phone.code()]
        process = processes.start_process(command, prepare=UNPRIVILEGED)
        held.wait_for_call()
        undo = break_file(carols)
        held.release()
        outcome = processes.finish_process(process)
    if break_file is close_folder:  # otherwise no command can read the file
        check_kept_aside(aws, outcome, run_unprivileged)
    assert (outcome.exit_code, "the session is kept in " in outcome.stderr) == (3, True)
    undo()
    check_written_next_time(aws, carols, run_unprivileged)


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit(2)")
def test_a_limit_on_file_sizes_loses_no_session(
    aws: FullSandbox, carol: User, carols: AwsFiles, phone: Device, run: Run, start: Start
) -> None:
    import resource

    carols.write(long_term(carol) + "region = eu-west-1\n" + "# a long comment\n" * 1000)
    with Held(aws, "GetSessionToken") as held:
        process = start("login", "--token-code", phone.code())
        held.wait_for_call()
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (8192, 8192))
        held.release()
        outcome = processes.finish_process(process)
    assert "file too large; the session is kept in " in outcome.stderr
    check_kept_aside(aws, outcome, run)
    check_written_next_time(aws, carols, run)


@pytest.mark.slow
def test_a_lock_that_is_never_released_loses_no_session(
    aws: FullSandbox, carols: AwsFiles, home: Path, phone: Device, run: Run
) -> None:
    state = StateDir(str(home / ".local" / "state" / "mfa-session"))
    with Lock(state.lock_path("file", str(carols.credentials))):
        outcome = run("login", "--token-code", phone.code())
        check_kept_aside(aws, outcome, run)
    assert "another process has held" in outcome.stderr
    check_written_next_time(aws, carols, run)


@needs_root
@pytest.mark.parametrize("argv", ["login", "login --force", "logout", "keys rotate --yes"])
def test_a_credentials_file_mounted_by_itself_is_refused_before_anything_is_spent(
    aws: FullSandbox, carols: AwsFiles, phone: Device, run: Run, tmp_path: Path, argv: str
) -> None:
    session = managed("mfa") if argv == "logout" else ""
    carols.write(carols.credentials.read_text() + session)
    other = tmp_path / "other"
    shutil.copy(carols.credentials, other)
    subprocess.check_call(["mount", "--bind", str(other), str(carols.credentials)])
    try:
        env = {"MFA_SESSION_TOKEN_CODE": phone.code()}
        outcome, doctor = run(*argv.split(), env=env), run("doctor")
    finally:
        subprocess.check_call(["umount", str(carols.credentials)])
    for shown in (outcome.stderr, doctor.stdout):
        assert f"{carols.credentials} cannot be written: it is mounted by itself" in shown
        assert "mount its directory instead" in shown
        assert "AWS_SHARED_CREDENTIALS_FILE" in shown
    assert (outcome.exit_code, doctor.exit_code) == (3, 1)
    assert aws.calls.of("GetSessionToken") == aws.calls.of("CreateAccessKey") == []
    assert other.read_bytes() == carols.credentials.read_bytes()


# A read-only home


@pytest.fixture
def closed_home(carols: AwsFiles, home: Path) -> Iterator[Path]:
    carols.credentials.parent.chmod(0o500)
    home.chmod(0o500)
    yield home
    home.chmod(0o700)
    carols.credentials.parent.chmod(0o700)


@pytest.mark.parametrize(
    "line",
    ["exec -- printenv AWS_ACCESS_KEY_ID", "env --shell dotenv", "credential-process"],
)
def test_a_home_that_may_only_be_read_is_enough_to_use_a_session(
    closed_home: Path, phone: Device, run_unprivileged: Run, line: str, tmp_path: Path
) -> None:
    before = snapshot(closed_home)
    runtime = {"TMPDIR": str(tmp_path), "MFA_SESSION_TOKEN_CODE": phone.code()}
    outcome = run_unprivileged(*line.split(), env=runtime)
    assert outcome.exit_code == 0
    assert re.search(r"ASIA\w{16}", outcome.stdout)
    assert "the session will not be kept" in outcome.stderr
    assert snapshot(closed_home) == before


@pytest.mark.usefixtures("closed_home")
def test_login_in_a_home_that_may_only_be_read_spends_no_code(
    aws: FullSandbox, phone: Device, run_unprivileged: Run
) -> None:
    outcome = run_unprivileged("login", "--token-code", phone.code())
    assert outcome.exit_code == 3
    assert "may not be written" in outcome.stderr
    assert aws.calls.of("GetSessionToken") == []


@pytest.mark.usefixtures("closed_home")
def test_a_rejected_code_is_reported_though_it_cannot_be_noted(
    program: str, terminal: Terminal, tmp_path: Path
) -> None:
    command = [*WITHOUT_CAPABILITIES, program, "exec", "--", "true"]
    tty: pexpect.spawn[str] = terminal(
        *command[1:], program=command[0], env={"TMPDIR": str(tmp_path)}
    )
    for code in ("000001", "000002", "000003"):
        tty.expect_exact("MFA code for ")
        tty.sendline(code)
    tty.expect_exact("AWS rejected the code for")
    tty.expect_exact("hint: a code works once")
    tty.wait()
    assert tty.exitstatus == 4


# Kills

COUNT_AND_KILL = """
import os, signal, sys
kill_at, count = int(os.environ["KILL_AT"]), 0
home = os.environ["HOME"]
KINDS = ("socket.connect", "fcntl.flock", "ctypes.dlsym")

def look(event, args):
    global count
    if event == "open":
        matters = str(args[0]).startswith(home)
    else:
        matters = event in KINDS or event.startswith("os.")
    if matters and event not in ("os.listdir", "os.scandir", "os.putenv", "os.unsetenv"):
        count += 1
        if count == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(look)
end_at_once = os._exit

def tell_and_end(code):
    print("moments", count, file=sys.stderr, flush=True)
    end_at_once(code)

os._exit = tell_and_end
"""
"""Kills the process when it touches files, locks or the network for the n-th time."""

MOMENTS = 50
CHUNK = 10


@pytest.fixture
def hook(tmp_path: Path) -> str:
    """Write a sitecustomize, which Python runs at its start; return its folder."""
    folder = tmp_path / "hook"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(COUNT_AND_KILL)
    return str(folder)


@pytest.mark.parametrize("chunk", range(MOMENTS // CHUNK))
def test_a_kill_at_any_moment_leaves_the_file_whole_and_the_next_login_clean(
    aws: FullSandbox, carol: User, carols: AwsFiles, home: Path, run: Run, hook: str, chunk: int
) -> None:
    other = managed("other") + "\n# at the end\n"
    whole = "# mine\n" + long_term(carol) + "region=eu-west-1\n\n" + other
    carols.write(whole)

    def log_in(kill_at: int) -> processes.Outcome:
        carols.write(whole)
        os.utime(carols.credentials, (0, 0))  # old, so no other writer is waited for
        # A device of its own for each login, since AWS accepts a code once.
        phone = aws.create_device(carol, name=f"phone-{len(carol.devices)}")
        return run(
            "login", "--mfa-serial", phone.serial, "--token-code", phone.code(),
            env={"PYTHONPATH": hook, "KILL_AT": str(kill_at)},
        )  # fmt: skip

    assert log_in(0).exit_code == 0  # creates directories and locks
    last = int(log_in(0).stderr.split("moments ")[-1])
    assert last >= MOMENTS
    moments = [1 + step * (last - 1) // (MOMENTS - 1) for step in range(MOMENTS)]
    outcomes = {}
    for moment in moments[chunk :: MOMENTS // CHUNK]:
        killed = log_in(moment)
        assert killed.exit_code == -signal.SIGKILL, (moment, killed)
        outcomes[moment] = check_whole(carols, whole, moment)
    assert log_in(0).exit_code == 0
    assert leftovers_of(home) == []
    assert log_in(last).exit_code == -signal.SIGKILL  # with nothing to clean up first
    assert (outcomes[min(outcomes)], check_whole(carols, whole, last)) == ("old", "new")


def check_whole(files: AwsFiles, whole: str, moment: int) -> str:
    """Check that the file is the old one or the new one; return which."""
    text = files.credentials.read_text()
    assert stat.S_IMODE(files.credentials.stat().st_mode) == 0o600
    if text == whole:
        return "old"
    assert text.startswith(whole), moment
    parsed = botocore.configloader.raw_config_parse(str(files.credentials))
    assert set(parsed) == {"default", "other", "mfa"}
    assert parsed["mfa"]["mfa_session_duration_seconds"] == "43200"
    return "new"


def leftovers_of(home: Path) -> list[str]:
    """Return what no login may leave: temporary files, and sessions kept aside."""
    names = [path.name for path in home.rglob("*")]
    return [name for name in names if ".mfa-session-" in name or name.startswith("session-")]


# Odd files


def test_a_symbolic_link_is_written_through(carols: AwsFiles, home: Path, log_in: LogIn) -> None:
    real = home / "dotfiles" / "credentials"
    real.parent.mkdir()
    carols.credentials.rename(real)
    carols.credentials.symlink_to(real)
    log_in()
    assert carols.credentials.is_symlink()
    assert "[mfa]" in real.read_text()
    assert sorted(path.name for path in real.parent.iterdir()) == ["credentials"]


def test_a_dangling_link_gets_its_file(
    carol: User, files: AwsFiles, home: Path, phone: Device, run: Run
) -> None:
    files.write(config=long_term(carol) + "region = eu-west-1\n")
    real = home / "dotfiles" / "credentials"
    real.parent.mkdir()
    files.credentials.symlink_to(real)
    outcome = run("login", "--token-code", phone.code())
    assert outcome.exit_code == 0, outcome
    assert files.credentials.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert files.section("default") is None
    assert files.section("mfa") is not None


def test_a_file_that_others_may_read_is_closed_with_a_warning(
    carols: AwsFiles, log_in: LogIn
) -> None:
    carols.credentials.chmod(0o644)
    outcome = log_in()
    assert "was readable by others (mode 0644): now 0600" in outcome.stderr
    assert stat.S_IMODE(carols.credentials.stat().st_mode) == 0o600


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def make_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def open_folder(path: Path) -> None:
    path.parent.chmod(0o777)


def give_away(path: Path) -> None:
    os.chown(path, OTHER_USER, OTHER_USER)


def append(data: bytes) -> Callable[[Path], None]:
    def append_data(path: Path) -> None:
        path.write_bytes(path.read_bytes() + data)

    return append_data


def prepend_bom(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a directory": (make_folder, "credentials cannot be read: is a directory"),
    "a pipe": (make_fifo, "not a regular file"),
    "unreadable": (lambda path: path.chmod(0), "credentials cannot be read: permission denied"),
    "read-only": (lambda path: path.chmod(0o400), "credentials cannot be written: it is read-only"),
    "writable by others": (lambda path: path.chmod(0o666), "may be written by others"),
    "in a directory writable by others": (open_folder, "may be written by others"),
    "a duplicate section": (append(b"[default]\n"), "line 5"),
    "a byte order mark": (prepend_bom, "line 1"),
    "Latin-1": (append(b"# B\xfcro\n"), "line 5"),
    "a key without a section": (lambda path: path.write_text("key = value\n"), "line 1"),
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("command", ["login", "exec"])
@pytest.mark.usefixtures("phone")
def test_an_odd_credentials_file_is_refused_and_left_alone(
    aws: FullSandbox, carol: User, carols: AwsFiles, home: Path, run_unprivileged: Run, kind: str,
    command: str,
) -> None:  # fmt: skip
    break_file, says = REFUSED[kind]
    carols.write(config=long_term(carol) + "region = eu-west-1\n")
    break_file(carols.credentials)
    before = snapshot(home / ".aws")
    tail = ["--", "true"] if command == "exec" else []
    outcome = run_unprivileged(command, "--token-code", carol.devices[0].code(), *tail)
    if command == "exec" and kind in ("a pipe", "read-only"):
        assert (outcome.exit_code, "will not be kept" in outcome.stderr) == (0, True), outcome
    else:
        assert (outcome.exit_code, outcome.stdout) == (3, "")
        assert aws.calls.of("GetSessionToken") == []
    assert says in outcome.stderr
    assert snapshot(home / ".aws") == before


@needs_root
@pytest.mark.parametrize("what", ["credentials", "state"])
def test_a_file_of_another_user_is_refused(
    aws: FullSandbox, carols: AwsFiles, home: Path, phone: Device, run: Run, what: str
) -> None:
    state = home / ".local" / "state" / "mfa-session"
    state.mkdir(parents=True, mode=0o700)
    give_away(state if what == "state" else carols.credentials)
    outcome = run("login", "--token-code", phone.code())
    assert outcome.exit_code == 3
    assert "belongs to another user" in outcome.stderr
    assert list(state.iterdir()) == []
    assert aws.calls.of("GetSessionToken") == []
    assert carols.section("mfa") is None


def test_a_file_in_the_place_of_the_state_directory_is_refused(
    aws: FullSandbox, carols: AwsFiles, home: Path, phone: Device, run: Run
) -> None:
    (home / ".local" / "state").mkdir(parents=True)
    (home / ".local" / "state" / "mfa-session").write_text("")
    outcome = run("login", "--token-code", phone.code())
    assert (outcome.exit_code, "mfa-session" in outcome.stderr) == (3, True), outcome
    assert aws.calls.of("GetSessionToken") == []
    assert carols.section("mfa") is None


# Odd environments


def test_without_home_the_variables_of_the_files_are_enough(
    carols: AwsFiles, home: Path, phone: Device, run: Run
) -> None:
    places = {
        "HOME": None,
        "AWS_SHARED_CREDENTIALS_FILE": str(carols.credentials),
        "AWS_CONFIG_FILE": str(carols.config),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
    }
    assert run("login", "--token-code", phone.code(), env=places).exit_code == 0
    assert carols.section("mfa") is not None
    assert run("status", "--check", env=places).exit_code == 0


@pytest.mark.usefixtures("aws")
def test_without_home_the_password_database_says_where_it_is(run: Run) -> None:
    import pwd

    outcome = run("login", "--no-input", "--profile", "nobody-is-called-so", env={"HOME": None})
    assert (outcome.exit_code, "nobody-is-called-so" in outcome.stderr) == (3, True)
    told = run("status", "-v", env={"HOME": None, "AWS_SHARED_CREDENTIALS_FILE": "~"})
    assert told.exit_code == 3
    assert f"{pwd.getpwuid(os.getuid()).pw_dir} cannot be read: is a directory" in told.stderr


POSIX_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_a_posix_locale_reads_writes_and_shows_utf_8(
    aws: FullSandbox, carol: User, files: AwsFiles, tmp_path: Path, run: Run
) -> None:
    home = tmp_path / "hömé"
    home.mkdir()
    files = type(files)(home)
    phone = aws.create_device(carol, name="phone")
    whole = "# Schlüssel für's Büro\n" + long_term(carol, "büro") + "\n" + managed("früher")
    files.write(whole)
    odd = {**POSIX_LOCALE, "HOME": str(home)}
    outcome = run("login", "--source-profile", "büro", "--token-code", phone.code(), env=odd)
    assert outcome.exit_code == 0, outcome
    assert files.credentials.read_text(encoding="utf-8").startswith(whole)
    lines = run("status", env=odd)
    assert (lines.exit_code, lines.stderr) == (0, "")
    assert ["früher" in lines.stdout, "büro" in lines.stdout] == [True, True]
    shown = json.loads(run("status", "--json", env=odd).stdout)["sessions"]
    assert {session["source_profile"] for session in shown} == {"büro", "default"}
    assert {session["name"] for session in shown} == {"mfa", "früher"}
    assert run("status", "--profile", "nöbody", env=odd).exit_code == 3


def test_a_missing_home_is_reported(aws: FullSandbox, home: Path, run: Run, tmp_path: Path) -> None:
    shutil.rmtree(home)
    home.mkdir()
    outcome = run("login", "--no-input", env={"HOME": str(tmp_path / "gone")})
    assert (outcome.exit_code, "no long-term access key found" in outcome.stderr) == (3, True)
    assert not (tmp_path / "gone").exists()
    assert list(aws.calls) == []


# Between the code and the file


def test_nothing_is_asked_of_aws_between_the_code_and_the_file(
    aws: FullSandbox, carol: User, files: AwsFiles, run: Run
) -> None:
    device = aws.create_device(carol, kind="hardware")  # its serial does not contain the account
    files.write(long_term(carol) + "region = eu-west-1\n")
    outcome = run("login", "--token-code", device.code())
    assert outcome.exit_code == 0, outcome
    assert (files.section("mfa") or {})["mfa_session_account"] == "123456789012"
    assert [call.operation for call in aws.calls][-2:] == ["GetCallerIdentity", "GetSessionToken"]
