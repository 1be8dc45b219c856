"""The hints of `keys`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.hint_rows import Row, World, nothing
from places import long_term

if TYPE_CHECKING:
    from collections.abc import Callable

ROTATE = ("keys", "rotate", "--yes")


def rotate(w: World) -> None:
    assert w.run(*ROTATE).exit_code == 0


def delay_new_keys(seconds: float) -> Callable[[World], None]:
    """Have STS accept a new key only after this time."""

    def spread(w: World) -> None:
        w.aws.key_spread_seconds = seconds

    return spread


def interrupt_while_waiting(w: World) -> None:
    """Press Ctrl-C while the command waits for STS to know a new key."""
    delay_new_keys(9)(w)

    def interrupt(_seconds: float) -> None:
        w.clock.jumped = w.aws.clock.advance
        raise KeyboardInterrupt

    w.clock.jumped = interrupt


def make_aws_refuse(operation: str, code: str, times: int = 1) -> Callable[[World], None]:
    """Have AWS refuse an operation `times` times."""

    def refuse(w: World) -> None:
        w.aws.fail(operation, times=times, status=409, code=code, message="Not now.")

    return refuse


def lose_answer_of_rotation(w: World) -> None:
    w.aws.drop("CreateAccessKey", after=True)
    assert w.run(*ROTATE).exit_code == 6


def lose_answer_for_another_profile(w: World) -> None:
    """Interrupt a rotation for another profile with the same key."""
    w.add(long_term(w.carol, "second"))
    w.aws.drop("CreateAccessKey", after=True)
    assert w.run(*ROTATE, "--profile", "second").exit_code == 6


def mislabel_session(w: World) -> None:
    """Label erin's session with carol's key id."""
    erin = w.aws.create_user("erin")
    w.add(long_term(erin, "work"))
    phone = w.aws.create_device(erin, name="erins-phone")
    outcome = w.run("login", "--source-profile", "work", "--write-to", "odd",
                    "--mfa-serial", phone.serial, "--token-code", phone.code())  # fmt: skip
    assert outcome.exit_code == 0, outcome
    text = w.files.credentials.read_text()
    w.files.write(
        text.replace(
            f"mfa_session_source_key_id = {erin.access_key_id}",
            f"mfa_session_source_key_id = {w.carol.access_key_id}",
        )
    )


def fail_import_and_undo(w: World) -> None:
    """Have AWS's check of an import fail, and the keyring's removal of the key, once each."""
    from fakes.file_keyring import FileKeyring  # imports the keyring library

    remove = FileKeyring.delete_password
    make_aws_refuse("GetCallerIdentity", "ServiceFailure")(w)

    def refuse(self: FileKeyring, service: str, username: str) -> None:
        w.patch.setattr(FileKeyring, "delete_password", remove)
        raise RuntimeError(service, username, bool(self))

    w.patch.setattr(FileKeyring, "delete_password", refuse)


def interrupt_export(w: World) -> None:
    """Interrupt an export before it removes the keyring's copy."""
    from fakes.file_keyring import FileKeyring  # as above

    remove = FileKeyring.delete_password

    def refuse(self: FileKeyring, service: str, username: str) -> None:
        w.patch.setattr(FileKeyring, "delete_password", remove)
        raise RuntimeError(service, username, bool(self))

    assert w.run("keys", "import").exit_code == 0
    w.patch.setattr(FileKeyring, "delete_password", refuse)
    assert w.run("keys", "export").exit_code == 3


def fail_to_store_and_delete(w: World) -> None:
    """Have the keyring refuse a new key, and AWS the deletion of that key, once each."""
    from fakes.file_keyring import FileKeyring  # as above

    assert w.run("keys", "import").exit_code == 0
    store = FileKeyring.set_password
    make_aws_refuse("DeleteAccessKey", "ServiceFailure")(w)

    def refuse(self: FileKeyring, service: str, username: str, password: str) -> None:
        w.patch.setattr(FileKeyring, "set_password", store)
        raise RuntimeError(service, username, bool(self), bool(password))

    w.patch.setattr(FileKeyring, "set_password", refuse)


ROWS = {
    "a role profile in place of the profile of its key": Row(
        "session.sources:_other_source",
        "--profile",
        ("keys", "import", "--profile", "books"),
        lambda w: w.files.write(
            config="[profile books]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n"
        ),
        then=("keys", "process", "--profile", "default"),
    ),
    "another profile with the same key as the imported one": Row(
        "keys.command:import_",
        "keys import",
        ("keys", "import", "--profile", "default"),
        lambda w: w.add(long_term(w.carol, "second")),
        exit_code=0,
        then=("keys", "process", "--profile", "second"),
    ),
    "a key that was replaced": Row(
        "keys.command:_rotate_locked", "keys rotate", ROTATE, exit_code=0, agrees=True, then=ROTATE
    ),
    "a session of the replaced key": Row(
        "keys.command:_report_sessions",
        "login",
        ROTATE,
        lambda w: w.log_in(),
        exit_code=0,
        then=("status", "--check"),
    ),
    "a rotation that was interrupted": Row(
        "keys.command:rotate",
        "keys rotate",
        ROTATE,
        interrupt_while_waiting,
        agrees=True,
        then=("keys", "rotate", "--finish", "--yes"),
    ),
    "a rotation whose answer is lost": Row(
        "keys.command:_warn_unfinished",
        "keys",
        ("keys", "list"),
        lose_answer_of_rotation,
        exit_code=0,
        agrees=True,
        then=("keys", "rotate", "--finish", "--yes"),
    ),
    "an import before a rotation is finished": Row(
        "keys.move:_check_rotation", "keys rotate", ("keys", "import"), rotate, agrees=True
    ),
    "a rotation before an export is finished": Row(
        "keys.rotation:_check_move", "keys", ROTATE, interrupt_export, then=ROTATE
    ),
    "an import that AWS cannot confirm and the keyring cannot undo": Row(
        "keys.move:_undo_import",
        "keys import",
        ("keys", "import"),
        fail_import_and_undo,
        then=("keys", "process", "--profile", "default"),
    ),
    "a new key that AWS does not accept yet": Row(
        "keys.user_keys:_not_known_yet",
        "keys rotate",
        ROTATE,
        delay_new_keys(100),
        agrees=True,
        then=("keys", "rotate", "--finish", "--yes"),
    ),
    "a new key that is neither stored nor deleted": Row(
        "keys.rotation:_delete_unstored",
        "keys rotate",
        ROTATE,
        fail_to_store_and_delete,
        agrees=True,
        then=("keys", "rotate", "--finish", "--yes"),
    ),
    "a session of another user": Row(
        "keys.user_keys:_check_session", "logout", ROTATE, mislabel_session, then=ROTATE
    ),
    "an old key left by the last rotation": Row(
        "keys.rotation:_two_keys_hint", "keys rotate", ROTATE, rotate, agrees=True, then=ROTATE
    ),
    "a rotation of another profile whose answer is lost": Row(
        "keys.rotation:_two_keys_hint",
        "keys rotate",
        (*ROTATE, "--profile", "default"),
        lose_answer_for_another_profile,
        agrees=True,
        then=("keys", "rotate", "--finish", "--yes", "--profile", "second"),
    ),
    "a rotation that nobody confirms": Row(
        "model.errors:require_yes", "--yes", ("keys", "rotate"), then=("keys", "list")
    ),
    "no rotation to finish": Row(
        "keys.rotation:finish",
        "keys rotate",
        ("keys", "rotate", "--finish"),
        nothing,
        agrees=True,
        then=("keys", "rotate", "--finish", "--yes"),
    ),
    "a third key": Row(
        "aws.error_table",
        "keys list",
        ROTATE,
        make_aws_refuse("CreateAccessKey", "LimitExceeded"),
        then=ROTATE,
    ),
    "a key that no longer exists": Row(
        "aws.error_table",
        "keys list",
        ROTATE,
        make_aws_refuse("UpdateAccessKey", "NoSuchEntity"),
        then=ROTATE,
    ),
}
