"""A Secret Service that finds nothing by an alias, as gnome-keyring sometimes does.

At each connection gnome-keyring sets the default collection's name again, while another thread
reads it; with several clients it may search for a name in freed memory.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jeepney import HeaderFields, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

if TYPE_CHECKING:
    from jeepney import Message

COLLECTION = "/org/freedesktop/secrets/collection/login"
ITEM, SESSION = f"{COLLECTION}/1", "/org/freedesktop/secrets/session/1"
LOOK_SECONDS = 0.05


class MisledService:
    """Answers on a bus inside `with`; its keyring is open, and one item matches every search."""

    def __init__(self, address: str, secret: str, misses: int) -> None:
        """Take the bus's address, the item's secret, and how many reads find no alias at first."""
        self._misses = misses
        self._connection = open_dbus_connection(address)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._answers: dict[str, tuple[str, Any]] = {
            "ReadAlias": ("o", (COLLECTION,)),
            "Label": ("v", (("s", "login"),)),
            "Locked": ("v", (("b", False),)),
            "Unlock": ("aoo", ([], "/")),
            "SearchItems": ("ao", ([ITEM],)),
            "OpenSession": ("vo", (("s", ""), SESSION)),
            "GetSecret": ("(oayays)", ((SESSION, b"", secret.encode(), "text/plain"),)),
        }

    def __enter__(self) -> None:
        """Begin to answer."""
        name = message_bus.RequestName("org.freedesktop.secrets")
        self._connection.send_and_get_reply(name)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        """Leave the bus."""
        self._is_over.set()
        self._thread.join()
        self._connection.close()

    def _serve(self) -> None:
        while not self._is_over.is_set():
            with suppress(TimeoutError):
                request = self._connection.receive(timeout=LOOK_SECONDS)
                if request.header.message_type == MessageType.method_call:
                    self._connection.send(self._answer(request))

    def _answer(self, request: Message) -> Message:
        fields = request.header.fields
        if "/aliases/" in fields[HeaderFields.path]:
            text = "Object does not exist at path “/org/freedesktop/secrets/collection/_1a7_97”"
            return new_error(request, "org.freedesktop.DBus.Error.UnknownMethod", "s", (text,))
        member = fields[HeaderFields.member]
        if member == "OpenSession" and request.body[0] != "plain":
            return new_error(request, "org.freedesktop.DBus.Error.NotSupported", "s", ("",))
        if member == "ReadAlias" and self._misses:
            self._misses -= 1
            return new_method_return(request, "o", ("/",))
        asked = request.body[1] if member == "Get" else member
        return new_method_return(request, *self._answers[asked])
