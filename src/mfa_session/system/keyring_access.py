"""Find the system's keyring, load it, and ask it within a time limit."""

from __future__ import annotations

import os
import sys
from contextlib import closing, suppress
from typing import TypeVar

from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.system.waiting import TooSlowError, run_limited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from keyring.backend import KeyringBackend
    from secretstorage import Collection

    from mfa_session.model.ports import Limited


FREEDESKTOP = "keyring.backends.SecretService"
_CALLED = {
    FREEDESKTOP: "the Secret Service",
    "keyring.backends.libsecret": "the Secret Service (libsecret)",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.macOS": "the macOS Keychain",
    "keyring.backends.Windows": "the Windows Credential Locker",
}
_PIN = '[keyring] backend = "{}" in config.toml'


def full_name(backend: object) -> str:
    """Return a backend's class, as settings name it."""
    kind = type(backend)
    return f"{kind.__module__}.{kind.__qualname__}"


def describe_backend(backend: object) -> str:
    """Return a backend's name for people."""
    called = _CALLED.get(type(backend).__module__)
    return f"{called} ({full_name(backend)})" if called else f"the keyring {full_name(backend)}"


def check_backend(backend: object, *, insecure: bool, instead: str) -> None:
    """Refuse a backend that keeps nothing, combines several, or (unless `insecure`) is insecure.

    `instead` ends the hint with what does without a keyring.
    """
    modules = {kind.__module__ for kind in type(backend).__mro__}
    if "keyring.backends.null" in modules:
        raise ConfigurationError(
            "keyring-unusable",
            "the keyring is switched off: it takes secrets and keeps none",
            f"choose another: {_PIN.format(_usual_name())}",
        )
    if "keyring.backends.fail" in modules:
        raise ConfigurationError(
            "keyring-unusable",
            "no keyring was found on this machine",
            f"start one (GNOME Keyring, KWallet, KeePassXC's Secret Service){instead}",
        )
    if "keyring.backends.chainer" in modules:
        raise _several(backend)
    if not insecure and is_insecure(backend):
        raise ConfigurationError(
            "keyring-insecure",
            f"{describe_backend(backend)} keeps secrets in a file that other programs, and anybody "
            "with a copy, can read",
            "use the system's keyring, or accept that: insecure = true under [keyring] in "
            "config.toml, or --insecure-keyring for a single command",
        )


def is_insecure(backend: object) -> bool:
    """Say whether a backend keeps secrets as plain text."""
    return any(
        kind.__module__.split(".")[:2] == ["keyrings", "alt"]
        or "plaintext" in kind.__qualname__.lower()
        for kind in type(backend).__mro__
    )


def _several(backend: object) -> ConfigurationError:
    """Return the error for keyring's chain of backends, of which any may get a secret."""
    members = list(getattr(backend, "backends", ()))
    names = [full_name(member) for member in sorted(members, key=is_insecure)]
    return ConfigurationError(
        "keyring-ambiguous",
        f"there are several keyrings: {', '.join(names) or 'none of them usable'}",
        f"choose one: {_PIN.format(names[0] if names else _usual_name())}",
    )


def _usual_name() -> str:
    names = {
        "darwin": "keyring.backends.macOS.Keyring",
        "win32": "keyring.backends.Windows.WinVaultKeyring",
    }
    return names.get(sys.platform, f"{FREEDESKTOP}.Keyring")


SERVICE = "mfa-session"
WAITING_FOR_KEYRING = "waiting for the keyring, which may ask you to unlock it …"
ASKING_SECONDS = 60.0
"""The limit on macOS and Windows, which may ask the person for permission."""
ANSWERING_SECONDS = 3.0
"""The limit elsewhere: with the program's start, a dead service is reported within five seconds."""
ACCEPTED_ONCE = (
    "--insecure-keyring accepts this keyring for this command only; for `login` and all others, "
    "write insecure = true under [keyring] in config.toml"
)
LOOKING_SECONDS = 1.0
"""The limit for asking a Secret Service that was too slow whether it is locked."""
_SAYS_LOCKED = {"KeyringLocked", "LockedException", "PromptDismissedException", "InitError"}
_MAY_PASS = {
    "ConnectionResetError",
    "DBusErrorResponse",
    "ItemNotFoundException",
    "SecretServiceNotAvailableException",
}
Answer = TypeVar("Answer")


class Keyring:
    """One keyring, loaded when it is first asked.

    Asking it raises ConfigurationError `keyring-unusable`, `keyring-ambiguous`, `keyring-insecure`,
    `keyring-locked` or `keyring-timeout`, none of which contains a secret.
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
        instead: str = "",
    ) -> None:
        """Take the environment, config.toml's `[keyring]` and the time limit.

        `insecure` accepts a keyring that keeps plain text; `tell` then warns that config.toml does
        not. Without `may_ask`, a locked keyring must not prompt the person to unlock it. `instead`
        ends the hint where there is no keyring.
        """
        self._limited = limited
        self._name = environ.get("PYTHON_KEYRING_BACKEND") or settings.get("backend")
        self._insecure = bool(settings.get("insecure"))
        self._accepts_once = insecure and not self._insecure
        self._tell = tell
        self._may_ask = may_ask
        self._instead = instead
        self._backend: KeyringBackend | None = None
        self._chosen_collection: str | None = None

    def describe(self) -> str:
        """Return its name for people."""
        return self.ask(describe_backend)

    def full_name(self) -> str:
        """Return its backend's class, as `[keyring] backend` takes it."""
        return full_name(self._load())

    def in_backend(self, name: str | None, work: Callable[[KeyringBackend], Answer]) -> Answer:
        """Ask the backend of this name first, unless the person chose another: that saves a search.

        If it returns None or is unusable, ask the keyring that the search finds.
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
        """Say whether there is a collection; without `may_ask`, refuse a locked one.

        From here on, the backend uses the collection's own path (see `find_collection`).
        """
        if type(keyring).__module__ != FREEDESKTOP:
            return True
        path, is_open = find_collection(self._chosen_collection)
        if not (is_open or self._may_ask):
            raise self._locked()
        if path:
            vars(keyring)["preferred_collection"] = path
        return bool(path)

    def read(self, keyring: KeyringBackend, name: str) -> str | None:
        """Return the stored text or None, without creating a collection."""
        return keyring.get_password(SERVICE, name) if self.check_open(keyring) else None

    def ask(self, work: Callable[[KeyringBackend], Answer]) -> Answer:
        """Ask the keyring within the time limit; ask once more after a failure that may pass.

        gnome-keyring sometimes aborts when many clients ask; D-Bus starts it again.

        Our error names only the class of its error, whose text and causes may contain a secret.
        """
        asks_itself = sys.platform in {"darwin", "win32"}
        self._import()
        try:
            return self._limited(
                lambda: self._try(work), ASKING_SECONDS if asks_itself else ANSWERING_SECONDS
            )
        except MfaSessionError:
            raise
        except Exception as error:  # noqa: BLE001  # a backend may raise anything
            kind = _kind_of(error)
        raise self._failed(kind)

    def _try(self, work: Callable[[KeyringBackend], Answer]) -> Answer:
        try:
            return work(self._load())
        except Exception as error:
            kinds = {type(error).__name__, type(error.__cause__).__name__}
            if not kinds & _MAY_PASS:
                raise
        return work(self._load())

    def _import(self) -> None:
        """Import the modules now, so that the import's time does not count as the keyring's."""
        if self._backend is not None:
            return
        import logging  # noqa: PLC0415  # keyring imports it anyway

        import keyring.core  # noqa: F401, PLC0415

        logging.getLogger("keyring").addHandler(logging.NullHandler())  # we report its errors
        usual = FREEDESKTOP if sys.platform == "linux" else ""
        module = str(self._name).rpartition(".")[0] if self._name else usual
        with suppress(Exception):  # loading the backend raises the error again
            __import__(module)

    def _load(self) -> KeyringBackend:
        if self._backend is None:
            from keyring import core  # noqa: PLC0415

            backend = self._load_named(core.load_keyring) if self._name else core.get_keyring()
            check_backend(
                backend, insecure=self._insecure or self._accepts_once, instead=self._instead
            )
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
                f"the keyring {name!r} cannot be used: {error}",  # it has seen no secret yet
                "correct PYTHON_KEYRING_BACKEND, or [keyring] backend in config.toml",
            ) from error

    def _failed(self, kind: str) -> ConfigurationError:
        if kind in _SAYS_LOCKED or (kind == TooSlowError.__name__ and self._waits_for_person()):
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

    def _waits_for_person(self) -> bool:
        """Say whether a Secret Service was too slow because it shows a dialog to unlock it."""
        if type(self._backend).__module__ != FREEDESKTOP:
            return False
        try:
            _, is_open = self._limited(
                lambda: find_collection(self._chosen_collection), LOOKING_SECONDS
            )
        except Exception:  # noqa: BLE001  # it does not answer this either
            return False
        return not is_open

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
    from keyring.util import platform_  # noqa: PLC0415  # only when a keyring is asked

    return os.path.exists(os.path.join(platform_.config_root(), "keyringrc.cfg"))


def _kind_of(error: Exception) -> str:
    """Return the name of an error's class; for the InitError of a dead service, its cause's."""
    cause = error.__cause__
    is_dead = type(cause).__name__ == "SecretServiceNotAvailableException"
    return type(cause if is_dead else error).__name__


def find_collection(path: str | None) -> tuple[str, bool]:
    """Return a collection's D-Bus path, or "" without one, and whether it is open.

    A locked one without a password is opened: gnome-keyring locks that too when it is started.

    None is the default collection, whose own path ReadAlias returns (Secret Service API draft,
    "Aliases"). While other clients connect, gnome-keyring sometimes finds none: it is asked twice.
    By the alias path it often finds none, and secretstorage creates a new one.
    """
    import secretstorage  # noqa: PLC0415  # on Linux only

    with closing(secretstorage.dbus_init()) as connection:
        for _ in range(2):
            with suppress(secretstorage.ItemNotFoundException):
                collection = (
                    secretstorage.Collection(connection, path)
                    if path
                    else secretstorage.get_collection_by_alias(connection, "default")
                )
                is_open = not collection.is_locked() or _opens_unasked(collection)
                return collection.collection_path, is_open
        return "", False


def _opens_unasked(collection: Collection) -> bool:
    """Unlock a collection if that takes no prompt, and show none (Secret Service draft, Unlock)."""
    from secretstorage import defines, util  # noqa: PLC0415  # on Linux only

    service = util.DBusAddressWrapper(defines.SS_PATH, util.SERVICE_IFACE, collection.connection)
    _, prompt = service.call("Unlock", "ao", [collection.collection_path])
    return bool(prompt == "/")
