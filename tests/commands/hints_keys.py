"""The hints of `keys`: each step of a move or a rotation says the next one."""

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
    """Let STS learn so late of a new key."""

    def spread(w: World) -> None:
        w.aws.key_spread_seconds = seconds

    return spread


def interrupted_while_waiting(w: World) -> None:
    """Have Ctrl-C come while a new key spreads."""
    not_known_for(9)(w)

    def interrupt(_seconds: float) -> None:
        w.clock.jumped = w.aws.clock.advance
        raise KeyboardInterrupt

    w.clock.jumped = interrupt


def refused(operation: str, code: str, times: int = 1) -> Callable[[World], None]:
    """Let AWS refuse an operation so often."""

    def refuse(w: World) -> None:
        w.aws.fail(operation, times=times, status=409, code=code, message="Not now.")

    return refuse


def was_cut_off(w: World) -> None:
    w.aws.drop("CreateAccessKey", after=True)
    assert w.run(*ROTATE).exit_code == 6


def cut_off_for_another(w: World) -> None:
    """Have a rotation cut off that was begun for another profile with the same key."""
    w.add(long_term(w.carol, "second"))
    w.aws.drop("CreateAccessKey", after=True)
    assert w.run(*ROTATE, "--profile", "second").exit_code == 6


def session_of_another(w: World) -> None:
    """Have a session under carol's key id that is erin's."""
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
    """Have AWS fail where an import is proven, and the keyring where it is undone, once."""
    from fakes.file_keyring import FileKeyring  # as the keyring library finds it

    remove = FileKeyring.delete_password
    refused("GetCallerIdentity", "ServiceFailure")(w)

    def refuse(self: FileKeyring, service: str, username: str) -> None:
        w.patch.setattr(FileKeyring, "delete_password", remove)
        raise RuntimeError(service, username, bool(self))

    w.patch.setattr(FileKeyring, "delete_password", refuse)


def half_exported(w: World) -> None:
    """Have an export cut off where the keyring's copy is removed."""
    from fakes.file_keyring import FileKeyring  # as above

    remove = FileKeyring.delete_password

    def refuse(self: FileKeyring, service: str, username: str) -> None:
        w.patch.setattr(FileKeyring, "delete_password", remove)
        raise RuntimeError(service, username, bool(self))

    assert w.run("keys", "import").exit_code == 0
    w.patch.setattr(FileKeyring, "delete_password", refuse)
    assert w.run("keys", "export").exit_code == 3


def neither_stored_nor_deleted(w: World) -> None:
    """Have a keyring that takes no new key, and AWS not delete it either, once."""
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
        "keys.command:_rotate_alone", "keys rotate", ROTATE, exit_code=0, agrees=True, then=ROTATE
    ),
    "a session of the key that was replaced": Row(
        "keys.command:_tell_sessions",
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
        "keys.command:_tell_unfinished",
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
        "keys.user_keys:_not_spread",
        "keys rotate",
        ROTATE,
        not_known_for(100),
        agrees=True,
        then=("keys", "rotate", "--finish", "--yes"),
    ),
    "a new key that nothing keeps": Row(
        "keys.rotation:_give_back",
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
