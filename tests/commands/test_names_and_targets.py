"""Which session a name means, and to which profile it is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from places import long_term, managed

if TYPE_CHECKING:
    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

KEYS = "[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"
ROLE = "arn:aws:iam::123456789012:role/books"


@pytest.mark.parametrize(
    "command",
    [
        ["login"],
        ["exec", "--", "true"],
        ["env", "--shell", "json"],
        ["credential-process"],
        ["logout"],
        ["status"],
    ],
    ids=lambda command: str(command[0]),
)
def test_an_unknown_name_is_refused_with_the_nearest_names(
    run: Run, aws: FullSandbox, files: AwsFiles, command: list[str]
) -> None:
    files.write(KEYS + managed("production"), settings='[sessions.staging]\nwrite_to = "st"\n')
    before = files.credentials.read_bytes()
    outcome = run(command[0], "--profile", "prodution", *command[1:])
    assert outcome.exit_code == 3
    assert "no session and no profile is named 'prodution'" in outcome.stderr
    assert "'production'" in outcome.stderr
    assert outcome.stdout == ""
    assert files.credentials.read_bytes() == before
    assert len(aws.calls) == 0


def test_a_new_name_is_accepted_if_its_source_is_named(log_in: LogIn, carols: AwsFiles) -> None:
    log_in("--profile", "brand-new", "--source-profile", "default")
    assert carols.section("brand-new") is not None


def test_a_new_name_is_accepted_if_a_role_is_named(run: Run, carols: AwsFiles) -> None:
    outcome = run("login", "--profile", "brand-new", "--role-arn", ROLE)
    assert outcome.exit_code == 4  # a code is missing, so the name was accepted
    assert carols.section("brand-new") is None


def test_a_source_that_does_not_exist_is_refused(run: Run, carols: AwsFiles) -> None:
    outcome = run("login", "--source-profile", "defualt")
    assert outcome.exit_code == 3
    assert "'defualt'" in outcome.stderr
    assert "'default'" in outcome.stderr
    assert carols.section("mfa") is None


def test_a_name_with_long_term_keys_is_the_source(
    log_in: LogIn, carols: AwsFiles, carol: User
) -> None:
    carols.write(KEYS + long_term(carol, "work"))
    outcome = log_in("--profile", "work")
    section = carols.section("work-mfa")
    assert section is not None
    assert section["mfa_session_source_profile"] == "work"
    assert section["mfa_session_name"] == "work"
    assert carols.credentials.read_text().startswith(KEYS + long_term(carol, "work"))
    assert "'work-mfa'" in outcome.stderr
    assert "aws --profile work-mfa" in outcome.stderr


def test_every_command_accepts_a_sessions_name_and_its_profile(
    log_in: LogIn, run: Run, carols: AwsFiles, carol: User
) -> None:
    carols.write(long_term(carol, "work"))
    log_in("--profile", "work")
    printed = [run("credential-process", "--profile", name).stdout for name in ("work", "work-mfa")]
    assert printed[0] == printed[1]
    assert '"Version": 1' in printed[0]
    kept = run("login", "--profile", "work-mfa", "--no-input")
    assert (kept.exit_code, "kept" in kept.stderr) == (0, True)
    checks = [run("status", "--check", "--profile", name) for name in ("work", "work-mfa")]
    assert [check.exit_code for check in checks] == [0, 0]
    assert run("logout", "--profile", "work").exit_code == 0
    assert carols.section("work-mfa") is None
    assert carols.section("work") is not None


@pytest.mark.parametrize(
    "line",
    [
        f"role_arn = {ROLE}\nsource_profile = default",
        "credential_process = mfa-session credential-process --profile hidden",
    ],
    ids=["role", "credential_process"],
)
@pytest.mark.parametrize("file", ["config", "credentials"])
def test_a_name_of_a_profile_whose_keys_sdks_ignore_gets_another_target(
    run: Run, files: AwsFiles, line: str, file: str
) -> None:
    if file == "config":
        files.write(KEYS, config=f"[profile hidden]\n{line}\n")
    else:
        files.write(f"{KEYS}[hidden]\n{line}\n")
    files.write(
        files.credentials.read_text()
        + managed("hidden-mfa", mfa_session_name="hidden", mfa_session_kind="role",
                  mfa_session_role_arn=ROLE if "role" in line else "")
    )  # fmt: skip
    if "role" not in line:
        files.write(files.credentials.read_text().replace("kind = role", "kind = mfa"))
    outcome = run("login", "--profile", "hidden", "--no-input")
    assert outcome.exit_code == 0, outcome
    assert "kept" in outcome.stderr
    assert "aws --profile hidden-mfa" in outcome.stderr


@pytest.mark.parametrize(
    "line",
    [
        f"role_arn = {ROLE}",
        "credential_process = x",
        "sso_session = x",
        "sso_start_url = https://x",
        "sso_account_id = 123456789012",
        "web_identity_token_file = /x",
    ],
    ids=lambda line: str(line.split(" ")[0]),
)
def test_a_target_whose_keys_sdks_ignore_is_refused(run: Run, carols: AwsFiles, line: str) -> None:
    carols.write(config=f"[profile hidden]\n{line}\n")
    outcome = run("login", "--write-to", "hidden", "--token-code", "000000")
    assert outcome.exit_code == 3
    assert line.split(" ", maxsplit=1)[0] in outcome.stderr
    assert carols.section("hidden") is None


@pytest.mark.parametrize("file", ["credentials", "config"])
@pytest.mark.parametrize("options", [[], ["--force"]], ids=["plain", "forced"])
def test_a_target_with_long_term_keys_is_always_refused(
    run: Run, aws: FullSandbox, carols: AwsFiles, carol: User, file: str, options: list[str]
) -> None:
    key = carol.add_key()
    if file == "credentials":
        carols.write(carols.credentials.read_text() + long_term(key, "precious"))
    else:
        carols.write(config=long_term(key, "profile precious"))
    before = carols.credentials.read_bytes()
    outcome = run("login", "--write-to", "precious", "--token-code", "000000", *options)
    assert outcome.exit_code == 3
    assert "'precious' holds long-term keys" in outcome.stderr
    assert carols.credentials.read_bytes() == before
    assert len(aws.calls) == 0


@pytest.mark.parametrize(
    "lines",
    [
        "aws_access_key_id = AKIAEXAMPLEEXAMPLE34\naws_secret_access_key = y\n",
        "aws_secret_access_key = y\n",
        'aws_access_key_id = "AKIAEXAMPLEEXAMPLE34"\naws_secret_access_key = y\n',
        "aws_access_key_id = MOTOKEY\naws_secret_access_key = y\naws_session_token = t\n",
    ],
    ids=["pair", "secret alone", "quoted id", "id of an unknown kind"],
)
def test_long_term_keys_in_a_managed_section_are_protected(
    run: Run, files: AwsFiles, lines: str
) -> None:
    """`aws configure` may have written long-term keys in place of a session."""
    files.write(f"{KEYS}[mfa-mfa]\n{lines}[mfa]\nmanager = mfa-session\n{lines}")
    before = files.credentials.read_bytes()
    outcome = run("login", "--profile", "mfa", "--token-code", "000000", "--force",
                  "--source-profile", "default")  # fmt: skip
    assert outcome.exit_code == 3
    assert "holds long-term keys" in outcome.stderr
    assert files.credentials.read_bytes() == before
    for argv in (["logout", "--profile", "mfa"], ["logout", "--all"]):
        run(*argv)
        assert files.credentials.read_bytes() == before


@pytest.mark.parametrize("name", ["with space", "grüße", "a]b", "DEFAULT", "a#b"])
def test_a_target_that_not_every_sdk_reads_is_refused(
    run: Run, carols: AwsFiles, name: str
) -> None:
    before = carols.credentials.read_bytes()
    outcome = run("login", "--write-to", name, "--token-code", "000000")
    assert outcome.exit_code == 3
    assert repr(name) in outcome.stderr
    assert carols.credentials.read_bytes() == before


def test_a_stored_target_is_found_again_without_settings(
    log_in: LogIn, run: Run, carols: AwsFiles, aws: FullSandbox
) -> None:
    log_in("--profile", "work", "--source-profile", "default", "--write-to", "target")
    aws.calls.clear()
    for name in ("work", "target"):
        kept = run("login", "--profile", name, "--no-input")
        assert (kept.exit_code, "profile 'target'" in kept.stderr) == (0, True), kept
    assert carols.section("work") is None
    assert len(aws.calls) == 0


def test_status_works_without_the_default_session(
    run: Run, aws: FullSandbox, phone: Device
) -> None:
    outcome = run("status")
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert "no sessions; run `mfa-session login`" in outcome.stderr
    assert (phone.serial in outcome.stderr, len(aws.calls)) == (False, 0)


def test_a_profile_that_yields_a_session_means_that_session(
    run: Run, log_in: LogIn, carols: AwsFiles
) -> None:
    process = "credential_process = mfa-session credential-process"
    carols.write(
        config=f"[profile auto]\nregion = ap-south-1\n{process} --profile work\n"
        f"[profile usual]\n{process}\n[profile typo]\n{process} --profile wrok\n"
    )
    log_in("--profile", "work", "--source-profile", "default")
    show = ["--", sys.executable, "-c", "import os; print(*map(os.environ.get, {}))"]
    show[-1] = show[-1].format(["MFA_SESSION_ACTIVE", "AWS_REGION"])
    as_auto = ["--profile", "auto"]
    assert run("exec", *as_auto, "--no-input", *show).stdout == "work ap-south-1\n"
    by_variable = run("exec", "--no-input", *show, env={"AWS_PROFILE": "auto"})
    assert by_variable.stdout == "work ap-south-1\n"
    assert "kept, " in run("login", *as_auto, "--no-input").stderr
    assert run("use", "auto", "--no-input").stdout == "work\n"
    assert run("status", "--check", *as_auto).exit_code == 0
    assert "work" in run("status", *as_auto).stdout
    assert run("status", "--check", "--profile", "usual").exit_code == 4  # session mfa
    typo = run("login", "--profile", "typo")
    assert typo.exit_code == 3
    assert "credential_process of profile 'typo': no session and no" in typo.stderr
    assert run("logout", *as_auto).exit_code == 0
    assert carols.section("work") is None


@pytest.mark.parametrize(
    "name", ["books prod ", " x", "x\t", "x\ty", "x\ny", "x\u2028y", "a\udcff", "my session", " "]
)
def test_a_new_name_that_not_every_sdk_reads_is_refused_before_anything_is_asked(
    run: Run, aws: FullSandbox, carols: AwsFiles, name: str
) -> None:
    before = carols.credentials.read_bytes()
    outcome = run(
        "login", "--profile", name, "--source-profile", "default", "--token-code", "000000"
    )
    assert outcome.exit_code == 3, outcome
    assert f"{name!r} cannot be a session" in outcome.stderr
    assert (carols.credentials.read_bytes(), len(aws.calls)) == (before, 0)


@pytest.mark.parametrize("header", ["[ default ]", "[default ]", "[ default]"])
def test_a_header_with_blanks_around_its_name_is_named_with_its_line(
    run: Run, aws: FullSandbox, carols: AwsFiles, header: str
) -> None:
    text = carols.credentials.read_text().replace("[default]", header)
    carols.write("# mine\n" + text)
    outcome = run("login", "--token-code", "000000")
    assert outcome.exit_code == 3
    assert f"{carols.credentials}, line 2: the name '{header[1:-1]}'" in outcome.stderr
    assert "hint: write it there as default\n" in outcome.stderr
    assert len(aws.calls) == 0


@pytest.mark.parametrize(
    ("settings", "config", "where"),
    [
        ('[sessions." k "]\nsource_profile = "default"\n', "", "[sessions] in "),
        ("", "[profile ' k ']\nregion = x\n", "config, line 1:"),
    ],
)
def test_a_name_with_blanks_around_it_is_refused_wherever_it_stands(
    run: Run, aws: FullSandbox, carols: AwsFiles, settings: str, config: str, where: str
) -> None:
    carols.write(config=config, settings=settings)
    outcome = run("login", "--profile", " k ", "--token-code", "000000")
    assert (outcome.exit_code, where in outcome.stderr) == (3, True), outcome
    assert len(aws.calls) == 0


def test_doctor_names_a_session_without_a_name(run: Run, carols: AwsFiles) -> None:
    carols.write(settings='[sessions.""]\nsource_profile = "default"\n')
    outcome = run("doctor")
    assert "the name '' is empty" in outcome.stdout
    assert "cure: write a name such as work" in outcome.stdout


@pytest.mark.parametrize("key", ["output", "services", "ca_bundle"])
def test_a_block_of_lines_is_not_copied_and_costs_no_session(
    log_in: LogIn, carols: AwsFiles, key: str
) -> None:
    carols.write(config=f"[default]\nregion = eu-west-1\n{key} =\n  a = b\n")
    log_in()
    assert carols.profile("mfa") == {"region": "eu-west-1"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("_id = ", "_id = '", "line 2: aws_access_key_id is in quotes"),
        (
            "\naws_secret",
            "\naws_session_token = t\naws_secret",
            "line 3: profile 'work' has a session",
        ),
        ("\naws_secret_access_key", "\nx", "line 2: profile 'work' has aws_access_key_id but no"),
    ],
)
def test_the_keys_of_the_only_profile_are_checked_before_aws_is_asked(
    run: Run, aws: FullSandbox, carols: AwsFiles, carol: User, old: str, new: str, said: str
) -> None:
    carols.write(long_term(carol, "work").replace(old, new))
    outcome = run("login", "--token-code", "000000")
    assert (outcome.exit_code, said in outcome.stderr) == (3, True), outcome
    assert len(aws.calls) == 0
