"""The hints of `keys`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.hint_rows import Row, World, nothing
from places import long_term

if TYPE_CHECKING:
    from collections.abc import Callable

ROTATE = ("keys", "rotate", "--yes")


def rotated(w: World) -> None:
    assert w.run(*ROTATE).exit_code == 0


def not_known_for(seconds: float) -> Callable[[World], None]:
    """Let STS know a new key only after this time."""

    def spread(w: World) -> None:
        w.aws.key_spread_seconds = seconds

    return spread


def interrupted_while_waiting(w: World) -> None:
    """Press Ctrl-C while the command waits for STS to know a new key."""
    not_known_for(9)(w)

    def interrupt(_seconds: float) -> None:
        w.clock.jumped = w.aws.clock.advance
        raise KeyboardInterrupt

    w.clock.jumped = interrupt


def refused(operation: str, code: str, times: int = 1) -> Callable[[World], None]:
    """Let AWS refuse an operation `times` times."""

    def refuse(w: World) -> None:
        w.aws.fail(operation, times=times, status=409, code=code, message="Not now.")

    return refuse


def was_cut_off(w: World) -> None:
    w.aws.drop("CreateAccessKey", after=True)
    assert w.run(*ROTATE).exit_code == 6


def cut_off_for_another(w: World) -> None:
    """Interrupt a rotation for another profile with the same key."""
    w.add(long_term(w.carol, "second"))
    w.aws.drop("CreateAccessKey", after=True)
    assert w.run(*ROTATE, "--profile", "second").exit_code == 6


def session_of_another(w: World) -> None:
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


def neither_proven_nor_put_back(w: World) -> None:
    """Fail AWS's check of an import and the undoing in the keyring, once each."""
    from fakes.file_keyring import FileKeyring  # the keyring library's import

    remove = FileKeyring.delete_password
    refused("GetCallerIdentity", "ServiceFailure")(w)

    def refuse(self: FileKeyring, service: str, username: str) -> None:
        w.patch.setattr(FileKeyring, "delete_password", remove)
        raise RuntimeError(service, username, bool(self))

    w.patch.setattr(FileKeyring, "delete_password", refuse)


def half_exported(w: World) -> None:
    """Interrupt an export before it removes the keyring's copy."""
    from fakes.file_keyring import FileKeyring  # as above

    remove = FileKeyring.delete_password

    def refuse(self: FileKeyring, service: str, username: str) -> None:
        w.patch.setattr(FileKeyring, "delete_password", remove)
        raise RuntimeError(service, username, bool(self))

    assert w.run("keys", "import").exit_code == 0
    w.patch.setattr(FileKeyring, "delete_password", refuse)
    assert w.run("keys", "export").exit_code == 3


def neither_stored_nor_deleted(w: World) -> None:
    """Let the keyring refuse a new key, and AWS its deletion, once each."""
    from fakes.file_keyring import FileKeyring  # as above

    assert w.run("keys", "import").exit_code == 0
    store = FileKeyring.set_password
    refused("DeleteAccessKey", "ServiceFailure")(w)

    def refuse(self: FileKeyring, service: str, username: str, password: str) -> None:
        w.patch.setattr(FileKeyring, "set_password", store)
        raise RuntimeError(service, username, bool(self), bool(password))

    w.patch.setattr(FileKeyring, "set_password", refuse)


ROWS = {
    "a role's profile named for its key": Row(
        "session.sources:_other_source",
        "--profile",
        ("keys", "import", "--profile", "books"),
        lambda w: w.files.write(
            config="[profile books]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n"
        ),
        then=("keys", "process", "--profile", "default"),
    ),
    "another profile with the key that was moved": Row(
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
    "a session of the key that was replaced": Row(
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
        interrupted_while_waiting,
        agrees=True,
        then=("keys", "rotate", "--finish", "--yes"),
    ),
    "a rotation that was cut off": Row(
        "keys.command:_warn_unfinished",
        "keys",
        ("keys", "list"),
        was_cut_off,
        exit_code=0,
        agrees=True,
        then=("keys", "rotate", "--finish", "--yes"),
    ),
    "a rotation to be finished before a move": Row(
        "keys.move:_check_rotation", "keys rotate", ("keys", "import"), rotated, agrees=True
    ),
    "a move to be finished before a rotation": Row(
        "keys.rotation:_check_move", "keys", ROTATE, half_exported, then=ROTATE
    ),
    "an import that can be neither proven nor undone": Row(
        "keys.move:_undo_import",
        "keys import",
        ("keys", "import"),
        neither_proven_nor_put_back,
        then=("keys", "process", "--profile", "default"),
    ),
    "a new key that AWS does not know yet": Row(
        "keys.user_keys:_not_known_yet",
        "keys rotate",
        ROTATE,
        not_known_for(100),
        agrees=True,
        then=("keys", "rotate", "--finish", "--yes"),
    ),
    "a new key that nothing keeps": Row(
        "keys.rotation:_delete_unstored",
        "keys rotate",
        ROTATE,
        neither_stored_nor_deleted,
        agrees=True,
        then=("keys", "rotate", "--finish", "--yes"),
    ),
    "a session of another user": Row(
        "keys.user_keys:_check_session", "logout", ROTATE, session_of_another, then=ROTATE
    ),
    "the key that the last rotation left": Row(
        "keys.rotation:_two_keys_hint", "keys rotate", ROTATE, rotated, agrees=True, then=ROTATE
    ),
    "a rotation that was cut off for another profile": Row(
        "keys.rotation:_two_keys_hint",
        "keys rotate",
        (*ROTATE, "--profile", "default"),
        cut_off_for_another,
        agrees=True,
        then=("keys", "rotate", "--finish", "--yes", "--profile", "second"),
    ),
    "a rotation nobody agreed to": Row(
        "model.errors:require_yes", "--yes", ("keys", "rotate"), then=("keys", "list")
    ),
    "nothing to finish": Row(
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
        refused("CreateAccessKey", "LimitExceeded"),
        then=ROTATE,
    ),
    "a key that is gone": Row(
        "aws.error_table",
        "keys list",
        ROTATE,
        refused("UpdateAccessKey", "NoSuchEntity"),
        then=ROTATE,
    ),
}
