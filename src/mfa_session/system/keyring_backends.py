"""Say whether there may be a keyring, and check its backend, without importing keyring (100 ms)."""

from __future__ import annotations

import os
import sys

from mfa_session.model.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


FREEDESKTOP = "keyring.backends.SecretService"
_CALLED = {
    FREEDESKTOP: "the Secret Service",
    "keyring.backends.libsecret": "the Secret Service (libsecret)",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.macOS": "the macOS Keychain",
    "keyring.backends.Windows": "the Windows Credential Locker",
}
_PIN = '[keyring] backend = "{}" in config.toml'


def may_have_keyring(environ: Mapping[str, str], settings: Mapping[str, object]) -> bool:
    """Say whether a keyring may answer; False on Linux without D-Bus and without a named keyring.

    `settings` is config.toml's `[keyring]`.
    """
    if sys.platform != "linux" or settings or environ.get("PYTHON_KEYRING_BACKEND"):
        return True
    if environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    config = environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    places = [os.path.join(config, "python_keyring", "keyringrc.cfg")]
    if environ.get("XDG_RUNTIME_DIR"):
        places.append(os.path.join(environ["XDG_RUNTIME_DIR"], "bus"))
    return any(os.path.exists(place) for place in places)


def full_name(backend: object) -> str:
    """Return a backend's class, as settings name it."""
    kind = type(backend)
    return f"{kind.__module__}.{kind.__qualname__}"


def describe_backend(backend: object) -> str:
    """Return a backend's name for people."""
    called = _CALLED.get(type(backend).__module__)
    return f"{called} ({full_name(backend)})" if called else f"the keyring {full_name(backend)}"


def check_backend(backend: object, *, insecure: bool) -> None:
    """Refuse a backend that keeps nothing, combines several, or (unless `insecure`) is insecure."""
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
            "start one (GNOME Keyring, KWallet, KeePassXC's Secret Service); "
            "codes can also come from a program: code_command in config.toml",
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
