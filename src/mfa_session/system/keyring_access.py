"""The system's keyring, asked for a limited time: which backend it is, and why it fails."""

from __future__ import annotations

import os
import sys
import time
from contextlib import closing, suppress
from typing import TypeVar

from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.system.keyring_backends import (
    FREEDESKTOP,
    check_backend,
    describe_backend,
    full_name,
    is_insecure,
)
from mfa_session.system.waiting import TooSlowError, run_limited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from keyring.backend import KeyringBackend

    class Limited(Protocol):
        """Returns what work returns, or raises TooSlowError."""

        def __call__(self, work: Callable[[], Answer], limit_seconds: float) -> Answer:
            """Do it."""


SERVICE = "mfa-session"
WAITING_FOR_KEYRING = "waiting for the keyring, which may ask you to unlock it …"
ASKING_SECONDS = 60.0
"""Where the system itself asks the person for leave: macOS, Windows."""
ANSWERING_SECONDS = 3.0
"""Elsewhere: with the start of the program, a dead service is told within five."""
ACCEPTED_ONCE = (
    "--insecure-keyring accepts this keyring for this command only; for `login` and all others, "
    "write insecure = true under [keyring] in config.toml"
)
OPEN = "open"
LOCKED = "locked"
MISSING = "missing"
PAUSES_SECONDS = (0.1, 0.3)
"""Before each further try: a Secret Service may be ending, and D-Bus starting it anew.

gnome-keyring aborts now and then (GLib, invoke_get_property_in_idle_cb) when many clients ask.
"""
_SAYS_LOCKED = {"KeyringLocked", "LockedException", "PromptDismissedException", "InitError"}
_MAY_PASS = {"ConnectionResetError", "DBusErrorResponse", "SecretServiceNotAvailableException"}
Answer = TypeVar("Answer")


class Keyring:
    """One keyring, loaded when it is first asked.

    Whatever asks it raises ConfigurationError `keyring-unusable`, `keyring-ambiguous`,
    `keyring-insecure`, `keyring-locked` or `keyring-timeout`, and nothing of a secret with it.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        settings: Mapping[str, Any],
        *,
        insecure: bool = False,
        may_ask: bool = True,
        limited: Limited = run_limited,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Take the environment and config.toml's `[keyring]`, and how to wait within a limit.

        `insecure` accepts a keyring that keeps plain text, and `tell` gets to know that config.toml
        does not; `may_ask` is false where a locked one may not even ask the person to unlock it.
        """
        self._limited = limited
        self._name = environ.get("PYTHON_KEYRING_BACKEND") or settings.get("backend")
        self._insecure = bool(settings.get("insecure"))
        self._accepts_once = insecure and not self._insecure
        self._tell = tell
        self._may_ask = may_ask
        self._backend: KeyringBackend | None = None
        self._chosen_collection: str | None = None
        self._waits_for_unlock = False

    def describe(self) -> str:
        """Return how to speak of it to people."""
        return self.ask(describe_backend)

    def full_name(self) -> str:
        """Return the class of its backend, as `[keyring] backend` takes it."""
        return full_name(self._load())

    def in_backend(self, name: str | None, work: Callable[[KeyringBackend], Answer]) -> Answer:
        """Ask the backend of this name first, where no other was chosen: nothing is looked for.

        What it returns counts unless it is None; then, and where it fails as such, the keyring
        that is found is asked.
        """
        if name is not None and not self._name and self._backend is None and not _has_keyringrc():
            self._name, found = name, None
            try:
                found = self.ask(work)
            except ConfigurationError as error:
                if error.code != "keyring-unusable":
                    raise
            if found is not None:
                return found
            self._name = self._backend = None
        return self.ask(work)

    def check_open(self, keyring: KeyringBackend) -> bool:
        """Say whether there is a collection to look into; do not have one unlocked unasked.

        From here on the Secret Service is asked by its path, see `find_collection`.
        """
        if type(keyring).__module__ != FREEDESKTOP:
            return True
        path, state = find_collection(self._chosen_collection)
        self._waits_for_unlock = state != OPEN
        if state != OPEN and not self._may_ask:
            raise self._locked()
        if state != MISSING:
            vars(keyring)["preferred_collection"] = path
        return state != MISSING

    def read(self, keyring: KeyringBackend, name: str) -> str | None:
        """Return what is stored; never by making a new collection to look into."""
        return keyring.get_password(SERVICE, name) if self.check_open(keyring) else None

    def ask(self, work: Callable[[KeyringBackend], Answer]) -> Answer:
        """Ask the keyring, for a limited time; a refusal that may pass, again.

        Its errors are told by their kind alone: their texts, and what they hang on, may be secret.
        """
        asks_itself = sys.platform in {"darwin", "win32"}
        self._import()
        try:
            return self._limited(
                lambda: self._try(work), ASKING_SECONDS if asks_itself else ANSWERING_SECONDS
            )
        except MfaSessionError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever a backend raises
            kind = _kind_of(error)
        raise self._failed(kind)

    def _try(self, work: Callable[[KeyringBackend], Answer]) -> Answer:
        for seconds in PAUSES_SECONDS:
            try:
                return work(self._load())
            except Exception as error:
                if _kind_of(error) not in _MAY_PASS:
                    raise
            time.sleep(seconds)
        return work(self._load())

    def _import(self) -> None:
        """Import what will be needed: a busy machine's time for it is none of the keyring's."""
        if self._backend is not None:
            return
        import logging  # noqa: PLC0415  # keyring's own import, as the next

        import keyring.core  # noqa: F401, PLC0415

        logging.getLogger("keyring").addHandler(logging.NullHandler())  # we tell what matters
        usual = FREEDESKTOP if sys.platform == "linux" else ""
        module = str(self._name).rpartition(".")[0] if self._name else usual
        with suppress(Exception):  # whatever a backend's module raises: loading tells it
            __import__(module)

    def _load(self) -> KeyringBackend:
        """Load the backend chosen, by its name where there is one: nothing else is looked for."""
        if self._backend is None:
            from keyring import core  # noqa: PLC0415

            backend = self._load_named(core.load_keyring) if self._name else core.get_keyring()
            check_backend(backend, insecure=self._insecure or self._accepts_once)
            if self._accepts_once and is_insecure(backend):
                self._tell(ACCEPTED_ONCE)
            self._backend = backend
            self._chosen_collection = getattr(backend, "preferred_collection", None)
        return self._backend

    def _load_named(self, load: Callable[[str], KeyringBackend]) -> KeyringBackend:
        name = str(self._name)
        try:
            return load(name)
        except TimeoutError:
            raise TooSlowError from None
        except Exception as error:
            raise ConfigurationError(
                "keyring-unusable",
                f"the keyring {name!r} cannot be used: {error}",  # no secret was near it yet
                "correct PYTHON_KEYRING_BACKEND, or [keyring] backend in config.toml",
            ) from error

    def _failed(self, kind: str) -> ConfigurationError:
        if kind in _SAYS_LOCKED or (kind == TooSlowError.__name__ and self._waits_for_unlock):
            return self._locked()
        if kind == TooSlowError.__name__:
            return ConfigurationError(
                "keyring-timeout",
                f"{self._label()} does not answer",
                "start its service, or choose another: [keyring] backend in config.toml",
            )
        return ConfigurationError(
            "keyring-unusable",
            f"{self._label()} failed ({kind})",
            "start its service, or choose another: [keyring] backend in config.toml",
        )

    def _locked(self) -> ConfigurationError:
        return ConfigurationError(
            "keyring-locked",
            f"{self._label()} is locked, or was never set up",
            "unlock it (sign in to the desktop, or open its own program) and run this again",
        )

    def _label(self) -> str:
        if self._backend is not None:
            return describe_backend(self._backend)
        return f"the keyring {self._name}" if self._name else "the keyring"


def _has_keyringrc() -> bool:
    """Say whether the person has told keyring itself which backend to take."""
    from keyring.util import platform_  # noqa: PLC0415  # only with a keyring to ask

    return os.path.exists(os.path.join(platform_.config_root(), "keyringrc.cfg"))


def _kind_of(error: Exception) -> str:
    """Return an error's class, and for the InitError that a dead service leads to, its cause's."""
    cause = error.__cause__
    is_dead = type(cause).__name__ == "SecretServiceNotAvailableException"
    return type(cause if is_dead else error).__name__


def find_collection(path: str | None) -> tuple[str, str]:
    """Return a collection's D-Bus path, and whether it is OPEN, LOCKED or MISSING.

    None stands for the default one. Its own path is asked for by ReadAlias (Secret Service API
    draft, "Aliases"): gnome-keyring follows /aliases/default in one thread while another replaces
    it, at each client's connection. With several clients it then says that there is no collection,
    and secretstorage has a new one made.
    """
    import secretstorage  # noqa: PLC0415  # on Linux only, and with keyring

    with closing(secretstorage.dbus_init()) as connection:
        try:
            collection = (
                secretstorage.Collection(connection, path)
                if path
                else secretstorage.get_collection_by_alias(connection, "default")
            )
        except secretstorage.ItemNotFoundException:
            return "", MISSING
        return collection.collection_path, LOCKED if collection.is_locked() else OPEN
