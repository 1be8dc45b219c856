"""A Secret Service that aborts while it is asked is asked once more, as D-Bus starts it again."""

from __future__ import annotations

import itertools
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from jeepney import HeaderFields, MessageType
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

import secret_service
from fakes import odd_keyrings
from mfa_session.files.state import StateDir
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import Secret
from mfa_session.system.keyring_access import Keyring
from mfa_session.system.secret_store import KeyringItems, SecretStore
from mfa_session.system.waiting import Running, TooSlowError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jeepney import Message

    from secret_service import SecretService

SERIAL = "arn:aws:iam::123456789012:mfa/carol"
BEFORE, AFTER = Secret("B" * 32), Secret("A" * 32)
ITEM = {"service": "mfa-session", "username": SERIAL}
PROMPTER = "org.gnome.keyring.SystemPrompter"
Answer = TypeVar("Answer")
WORK: dict[str, tuple[Callable[[SecretStore], object], object, list[Secret]]] = {
    "get": (lambda store: store.get(SERIAL), BEFORE, [BEFORE]),
    "set": (lambda store: store.set(SERIAL, AFTER), None, [AFTER]),
    "remove": (lambda store: store.remove(SERIAL), True, []),
    "try_out": (lambda store: store.try_out(), None, [BEFORE]),
}
"""What is asked, its answer, and the secrets that are stored afterwards; first there is BEFORE."""


def new_store(**how: Any) -> SecretStore:
    keyring = Keyring({}, {"backend": secret_service.BACKEND}, **how)
    return SecretStore(keyring, StateDir.of(os.environ))


class Abort:
    """Aborts the daemon once, at a call that it gets: before the call, or before the answer."""

    def __init__(
        self, service: SecretService, moment: str, is_chosen: Callable[[str], bool]
    ) -> None:
        """Take the moment, and what says of a call's name whether the daemon aborts there."""
        self._service, self._moment, self._is_chosen = service, moment, is_chosen
        self._send = DBusConnection.send_message
        self.has_happened = False

    def send(self, connection: DBusConnection, message: Message, serial: int | None) -> None:
        """Send a message, as jeepney does."""
        fields = message.header.fields
        is_call = fields.get(HeaderFields.destination) == secret_service.NAME
        if not is_call or self.has_happened or not self._is_chosen(fields[HeaderFields.member]):
            self._send(connection, message, serial)
            return
        self.has_happened = True
        if self._moment == "before":
            self._service.abort()
            self._send(connection, message, serial)
            return
        with self._service.aborting():
            self._send(connection, message, serial)
            connection.send_and_get_reply(message_bus.GetId())  # the bus has passed the call on


@pytest.fixture
def abort_at(
    service: SecretService, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, Callable[[str], bool]], Abort]:
    """Return a function that has the daemon abort at a call of the next work."""
    new_store().set(SERIAL, BEFORE)

    def abort_at(moment: str, is_chosen: Callable[[str], bool]) -> Abort:
        abort = Abort(service, moment, is_chosen)

        def send_message(
            connection: DBusConnection, message: Message, serial: int | None = None
        ) -> None:
            abort.send(connection, message, serial)

        monkeypatch.setattr(DBusConnection, "send_message", send_message)
        return abort

    return abort_at


@pytest.mark.parametrize("moment", ["before", "during"])
@pytest.mark.parametrize(
    ("verb", "member"),
    [
        ("get", "ReadAlias"),
        ("get", "Get"),  # of a property
        ("get", "SearchItems"),
        ("get", "OpenSession"),
        ("get", "GetSecret"),
        ("set", "CreateItem"),
        ("set", "GetSecret"),
        ("remove", "Delete"),
        ("try_out", "CreateItem"),
        ("try_out", "Delete"),
    ],
)
def test_a_command_does_not_notice_that_its_service_aborts(
    service: SecretService,
    abort_at: Callable[[str, Callable[[str], bool]], Abort],
    verb: str,
    member: str,
    moment: str,
) -> None:
    work, answer, left = WORK[verb]
    abort = abort_at(moment, member.__eq__)
    assert work(new_store(may_ask=False)) == answer
    assert abort.has_happened
    assert service.items() == [(ITEM, secret.reveal()) for secret in left]


@pytest.mark.slow  # 250 aborts
@pytest.mark.parametrize("moment", ["before", "during"])
@pytest.mark.parametrize("verb", WORK)
def test_a_command_does_not_notice_at_which_call_its_service_aborts(
    service: SecretService,
    abort_at: Callable[[str, Callable[[str], bool]], Abort],
    verb: str,
    moment: str,
) -> None:
    work, answer, left = WORK[verb]
    for number in itertools.count(1):
        new_store().set(SERIAL, BEFORE)
        calls = itertools.count(1)
        abort = abort_at(moment, lambda _: next(calls) == number)  # noqa: B023
        assert work(new_store(may_ask=False)) == answer, number
        if not abort.has_happened:
            assert number > 10
            return
        assert service.items() == [(ITEM, secret.reveal()) for secret in left]


class SilentPrompter:
    """Shows the service's dialogs to somebody who does not answer them."""

    def __init__(self, connection: DBusConnection) -> None:
        """Take a connection to the service's bus, and the name that gnome-keyring asks."""
        self._connection = connection
        connection.send_and_get_reply(message_bus.RequestName(PROMPTER))

    def limited(self, work: Callable[[], Answer], limit_seconds: float) -> Answer:
        """Return what `work` does; it is too slow once it has a dialog shown."""
        del limit_seconds
        running = Running(work)
        ends_at = time.monotonic() + secret_service.LIMIT_SECONDS
        while not self._is_asked():
            assert time.monotonic() < ends_at
            with suppress(TooSlowError):
                return running.result(0)
        raise TooSlowError

    def _is_asked(self) -> bool:
        try:
            message = self._connection.receive(timeout=0.01)
        except TimeoutError:
            return False
        return bool(message.header.message_type == MessageType.method_call)


@pytest.fixture
def prompter(service: SecretService) -> Iterator[SilentPrompter]:
    """The dialogs of the service, which nobody answers."""
    with open_dbus_connection(service.address) as connection:
        yield SilentPrompter(connection)


@pytest.mark.parametrize("may_ask", [True, False])
@pytest.mark.parametrize("moment", ["before", "during"])
@pytest.mark.parametrize(("verb", "member"), [("get", "SearchItems"), ("set", "CreateItem")])
def test_a_service_that_is_locked_once_it_is_started_again_is_reported_as_locked(
    service: SecretService,
    abort_at: Callable[[str, Callable[[str], bool]], Abort],
    prompter: SilentPrompter,
    verb: str,
    member: str,
    moment: str,
    may_ask: bool,
) -> None:
    store = new_store(may_ask=may_ask, limited=prompter.limited)
    service.forget_password()
    abort_at(moment, member.__eq__)
    with pytest.raises(ConfigurationError) as caught:
        WORK[verb][0](store)
    assert caught.value.code == "keyring-locked"


@pytest.mark.usefixtures("prompter")
def test_a_keyring_without_a_password_is_not_locked_by_a_start_of_its_service(
    service: SecretService,
) -> None:
    service.do_without_password()
    new_store(may_ask=False).set(SERIAL, BEFORE)
    service.abort()
    assert new_store(may_ask=False).get(SERIAL) == BEFORE


def test_what_was_removed_before_the_service_ended_was_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keyring = Keyring({}, {"backend": f"{odd_keyrings.PREFIX}.EndingKeyring"})
    items, store = KeyringItems(keyring), SecretStore(keyring, StateDir.of(os.environ))
    for remove in (items.remove, store.remove):
        monkeypatch.setattr(odd_keyrings.EndingKeyring, "has_ended", False)
        items.set(SERIAL, BEFORE.reveal())
        assert [remove(SERIAL), remove(SERIAL)] == [True, False]
