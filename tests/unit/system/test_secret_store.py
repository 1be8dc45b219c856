"""Secrets in keyrings: a real Secret Service, and keyrings that lose or leak secrets."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from secretstorage.exceptions import (
    ItemNotFoundException,
    PromptDismissedException,
    SecretServiceNotAvailableException,
)

import processes
import secret_service
from fakes import odd_keyrings
from fakes.misled_service import MisledService
from mfa_session.files.state import StateDir
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import Secret
from mfa_session.system import keyring_access
from mfa_session.system.keyring_access import ACCEPTED_ONCE, Keyring
from mfa_session.system.secret_store import SecretStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from secret_service import SecretService

SERIAL = "arn:aws:iam::123456789012:mfa/carol"
OTHER = "GAHT12345678"
PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SECRET = Secret(PLAIN)
LIMIT_SECONDS = 5
TESTS = Path(secret_service.__file__).parent
OS_BACKENDS = {f"keyring.backends.{name}" for name in ("kwallet", "libsecret", "macOS", "Windows")}

ASK = """\
import json, os, sys, time
from mfa_session.model.errors import MfaSessionError
from mfa_session.files.state import StateDir
from mfa_session.model.session import Secret
from mfa_session.system.keyring_access import Keyring
from mfa_session.system.secret_store import SecretStore
settings, insecure, may_ask, verb = json.loads(os.environ["ASK"])
keyring = Keyring(os.environ, settings, insecure=insecure, may_ask=may_ask)
store = SecretStore(keyring, StateDir.of(os.environ))
began = time.monotonic()
try:
    arguments = [Secret("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")] if verb == "set" else []
    said = str(getattr(store, verb)("arn:aws:iam::123456789012:mfa/carol", *arguments))
except MfaSessionError as error:
    said = [error.code, error.message, error.hint]
took_seconds = time.monotonic() - began
loaded = sorted(name for name in sys.modules if name.startswith("keyring"))
print(json.dumps([said, loaded, took_seconds]))
"""


@pytest.fixture
def memory() -> Iterator[dict[tuple[str, str], str]]:
    """Return the items of an empty keyring in this process."""
    items = odd_keyrings.MemoryKeyring.items
    items.clear()
    yield items
    items.clear()


def store_in(backend: str, **how: Any) -> SecretStore:
    """Return a store with this backend and the test's state directory."""
    name = backend if "." in backend else f"{odd_keyrings.PREFIX}.{backend}"
    return SecretStore(Keyring({}, {"backend": name}, **how), StateDir.of(os.environ))


def ask(
    settings: Mapping[str, object],
    env: Mapping[str, str | None] | None = None,
    *,
    insecure: bool = False,
    may_ask: bool = True,
    verb: str = "get",
) -> tuple[object, set[str]]:
    """Ask a store in a new process; return its answer, and the modules of keyring that it loaded.

    It must answer within the limit, without the process's start.
    """
    question = {"ASK": json.dumps([settings, insecure, may_ask, verb]), "PYTHONPATH": str(TESTS)}
    outcome = processes.run_python(ASK, {**question, **(env or {})})
    assert outcome.exit_code == 0, outcome
    assert outcome.stderr == ""
    said, loaded, took_seconds = json.loads(outcome.stdout)
    assert took_seconds < LIMIT_SECONDS, outcome
    return said, set(loaded)


def code_of(said: object) -> object:
    return said[0] if isinstance(said, list) else said


class TestSecretService:
    """gnome-keyring."""

    def test_each_device_has_one_item_of_service_mfa_session(self, service: SecretService) -> None:
        store = store_in(secret_service.BACKEND)
        store.set(SERIAL, Secret("Z" * 32))
        store.set(SERIAL, SECRET)
        store.set(OTHER, Secret("Y" * 32))
        assert sorted(service.items(), key=str) == [
            ({"service": "mfa-session", "username": OTHER}, "Y" * 32),
            ({"service": "mfa-session", "username": SERIAL}, PLAIN),
        ]
        assert (store.get(SERIAL), store.serials()) == (SECRET, [OTHER, SERIAL])

    def test_a_secret_is_removed_once(self, service: SecretService) -> None:
        store = store_in(secret_service.BACKEND)
        store.set(SERIAL, SECRET)
        removed = [store.remove(SERIAL), store.remove(SERIAL)]
        assert (removed, service.items(), store.serials()) == ([True, False], [], [])

    @pytest.mark.usefixtures("service")
    def test_the_store_describes_its_keyring(self) -> None:
        name = f"the Secret Service ({secret_service.BACKEND})"
        assert store_in(secret_service.BACKEND).describe() == name

    @pytest.mark.parametrize("may_ask", [True, False])
    @pytest.mark.parametrize("verb", ["get", "set", "remove"])
    def test_a_locked_keyring_is_reported_as_locked(
        self, service: SecretService, verb: str, may_ask: bool
    ) -> None:
        store_in(secret_service.BACKEND).set(SERIAL, SECRET)
        service.lock()
        said, _ = ask({"backend": secret_service.BACKEND}, verb=verb, may_ask=may_ask)
        assert code_of(said) == "keyring-locked"

    def test_a_dead_service_is_reported_as_unusable(self, service: SecretService) -> None:
        service.kill()
        said, _ = ask({"backend": secret_service.BACKEND})
        assert code_of(said) == "keyring-unusable"
        assert "neither running nor activatable" in str(said)

    @pytest.mark.parametrize(("misses", "is_held"), [(0, True), (1, True), (2, False)])
    def test_a_service_that_finds_nothing_by_an_alias_is_asked_twice_and_by_path(
        self, service: SecretService, misses: int, is_held: bool
    ) -> None:
        service.kill()
        with MisledService(service.address, PLAIN, misses):
            said, _ = ask({"backend": secret_service.BACKEND}, verb="holds")
        assert said == str(is_held)

    @pytest.mark.usefixtures("service")
    def test_a_named_backend_is_loaded_without_a_search(self) -> None:
        store_in(secret_service.BACKEND).set(SERIAL, SECRET)
        pinned, loaded = ask({"backend": secret_service.BACKEND})
        forget_where_secrets_are()
        found, scanned = ask({})
        assert (pinned, found) == ("***", "***")
        assert (loaded & OS_BACKENDS, scanned & OS_BACKENDS) == (set(), OS_BACKENDS)

    @pytest.mark.usefixtures("service")
    def test_the_keyring_that_had_the_secret_is_asked_without_a_search(self) -> None:
        store_in(secret_service.BACKEND).set(SERIAL, SECRET)
        again, loaded = ask({})
        assert (again, loaded & OS_BACKENDS) == ("***", set())

    @pytest.mark.usefixtures("service")
    def test_a_search_follows_if_the_remembered_keyring_lacks_the_secret(self) -> None:
        StateDir.of(os.environ).write(
            "totp-" + hashlib.sha256(SERIAL.encode()).hexdigest()[:32],
            f"stored {SERIAL} keyring.backends.Vanished.Keyring\n".encode(),
        )
        gone, looked = ask({})
        assert (gone, looked & OS_BACKENDS) == ("None", OS_BACKENDS)
        store_in(secret_service.BACKEND).set(SERIAL, SECRET)
        assert ask({})[0] == "***"

    @pytest.mark.usefixtures("service")
    def test_keyringrc_wins_over_the_remembered_backend(self, home: Path) -> None:
        store_in(secret_service.BACKEND).set(SERIAL, SECRET)
        told = home / ".config" / "python_keyring" / "keyringrc.cfg"
        told.parent.mkdir(parents=True)
        told.write_text("[backend]\ndefault-keyring=keyring.backends.null.Keyring\n")
        assert code_of(ask({})[0]) == "keyring-unusable"


def forget_where_secrets_are() -> None:
    """Empty the index beside the keyring."""
    state = StateDir.of(os.environ)
    for name in state.names("totp-"):
        Path(state.path(name)).unlink()


class DeafBus:
    """A socket instead of a D-Bus, which may complete the handshake and then never answers."""

    lets_in = True

    def __init__(self, path: Path) -> None:
        """Listen at a path."""
        self.environ = {secret_service.VARIABLE: f"unix:path={path}"}
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        self._socket.listen()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        for each in (self._socket, *self._open):
            each.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:  # closed
                return
            self._open.append(caller)
            if self.lets_in:
                self._greet(caller)

    def _greet(self, caller: socket.socket) -> None:
        answers = {b"\0AUTH": b"OK " + b"0" * 32, b"NEGOTIATE_UNIX_FD": b"AGREE_UNIX_FD"}
        with caller.makefile("rb", buffering=0) as lines:
            while (word := lines.readline().split(b" ")[0].strip()) in answers:
                caller.sendall(answers[word] + b"\r\n")


@pytest.fixture
def deaf_bus(tmp_path: Path) -> Iterator[DeafBus]:
    bus = DeafBus(tmp_path / "s")
    yield bus
    bus.close()


class TestNoService:
    """No keyring, or one that never answers."""

    def test_without_a_bus_no_keyring_is_found(self) -> None:
        said, _ = ask({})
        assert code_of(said) == "keyring-unusable"
        assert "no keyring was found" in str(said)

    def test_a_named_backend_without_a_bus_reports_the_missing_variable(self) -> None:
        said, _ = ask({"backend": secret_service.BACKEND})
        assert code_of(said) == "keyring-unusable"
        assert "DBUS_SESSION_BUS_ADDRESS is unset" in str(said)

    @pytest.mark.parametrize("settings", [{}, {"backend": secret_service.BACKEND}])
    def test_a_bus_that_never_answers_times_out(
        self, settings: dict[str, object], deaf_bus: DeafBus
    ) -> None:
        said, _ = ask(settings, deaf_bus.environ)
        assert code_of(said) == "keyring-timeout"

    @pytest.mark.parametrize(
        ("settings", "code"),
        [({}, "keyring-unusable"), ({"backend": secret_service.BACKEND}, "keyring-timeout")],
    )
    def test_a_bus_that_accepts_no_login_is_an_error(
        self, settings: dict[str, object], code: str, deaf_bus: DeafBus
    ) -> None:
        deaf_bus.lets_in = False
        said, _ = ask(settings, deaf_bus.environ)
        assert code_of(said) == code

    def test_a_stuck_keyring_times_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(keyring_access, "ANSWERING_SECONDS", 0.1)
        monkeypatch.setattr(keyring_access, "ASKING_SECONDS", 0.1)
        with pytest.raises(ConfigurationError) as caught:
            store_in("StuckKeyring").get(SERIAL)
        assert caught.value.code == "keyring-timeout"


class TestRefused:
    """Backends that keep nothing, combine several, or store plain text."""

    @pytest.mark.parametrize(
        ("backend", "code"),
        [
            ("keyring.backends.fail.Keyring", "keyring-unusable"),
            ("keyring.backends.null.Keyring", "keyring-unusable"),
            ("ChildOfFail", "keyring-unusable"),
            ("ChildOfNull", "keyring-unusable"),
            ("keyring.backends.chainer.ChainerBackend", "keyring-ambiguous"),
        ],
    )
    @pytest.mark.parametrize("insecure", [False, True])
    def test_a_backend_that_keeps_nothing_is_always_refused(
        self, backend: str, code: str, insecure: bool
    ) -> None:
        with pytest.raises(ConfigurationError) as caught:
            store_in(backend, insecure=insecure).get(SERIAL)
        assert caught.value.code == code
        assert caught.value.hint

    @pytest.mark.parametrize("backend", ["PlaintextKeyring", "ChildOfPlaintextKeyring"])
    def test_plain_text_is_refused_unless_accepted(
        self, backend: str, memory: dict[tuple[str, str], str]
    ) -> None:
        with pytest.raises(ConfigurationError) as caught:
            store_in(backend).set(SERIAL, SECRET)
        assert (caught.value.code, memory) == ("keyring-insecure", {})
        assert "--insecure-keyring" in caught.value.hint
        told: list[str] = []
        store_in(backend, insecure=True, tell=told.append).set(SERIAL, SECRET)
        assert memory == {("mfa-session", SERIAL): PLAIN}
        assert told == [ACCEPTED_ONCE]

    def test_a_safe_keyring_ignores_insecure_keyring_silently(
        self, memory: dict[tuple[str, str], str]
    ) -> None:
        told: list[str] = []
        store_in("MemoryKeyring", insecure=True, tell=told.append).set(SERIAL, SECRET)
        assert (told, len(memory)) == ([], 1)

    def test_plain_text_is_accepted_by_the_settings(
        self, memory: dict[tuple[str, str], str]
    ) -> None:
        name = f"{odd_keyrings.PREFIX}.PlaintextKeyring"
        settings = {"backend": name, "insecure": True}
        SecretStore(Keyring({}, settings), StateDir.of(os.environ)).set(SERIAL, SECRET)
        assert memory == {("mfa-session", SERIAL): PLAIN}

    def test_every_backend_of_keyrings_alt_is_insecure(self, keyrings_alt: Path) -> None:
        env: dict[str, str | None] = {"PYTHONPATH": f"{keyrings_alt}:{TESTS}"}
        backend = {"backend": "keyrings.alt.file.EncryptedKeyring"}
        refused, _ = ask(backend, env)
        accepted, _ = ask(backend, env, insecure=True)
        assert (code_of(refused), accepted) == ("keyring-insecure", "None")

    def test_a_backend_that_keyring_chooses_is_checked_too(self, keyrings_alt: Path) -> None:
        said, _ = ask({}, {"PYTHONPATH": f"{keyrings_alt}:{TESTS}"})
        assert code_of(said) == "keyring-insecure"
        assert "keyrings.alt.file.EncryptedKeyring" in str(said)

    def test_several_keyrings_are_listed_the_safe_one_first(
        self, service: SecretService, keyrings_alt: Path
    ) -> None:
        env = {"PYTHONPATH": f"{keyrings_alt}:{TESTS}", **service.environ}
        said, _ = ask({}, dict(env))
        assert isinstance(said, list)
        code, message, hint = said
        names = f"{secret_service.BACKEND}, keyrings.alt.file.EncryptedKeyring"
        assert (code, names in message) == ("keyring-ambiguous", True)
        assert f'[keyring] backend = "{secret_service.BACKEND}"' in hint

    @pytest.mark.parametrize("name", ["nosuch.Keyring", "Keyring", "keyring.backends.null.No", ""])
    def test_an_unknown_backend_is_named_in_the_error(self, name: str) -> None:
        said, _ = ask({"backend": name} if name else {"backend": "keyring.backends."})
        assert code_of(said) == "keyring-unusable"
        assert "cannot be used" in str(said)


@pytest.fixture
def keyrings_alt(tmp_path: Path) -> Path:
    """Install a package that looks like keyrings.alt to keyring."""
    room = tmp_path / "site"
    module = room / "keyrings" / "alt" / "file.py"
    module.parent.mkdir(parents=True)
    module.write_text(
        "from keyring.backend import KeyringBackend\n"
        "class EncryptedKeyring(KeyringBackend):\n"
        "    priority = 0.6\n"
        "    def get_password(self, service, username): return None\n"
        "    set_password = delete_password = get_password\n"
    )
    about = room / "keyrings_alt-5.0.2.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: keyrings.alt\nVersion: 5.0.2\n")
    (about / "entry_points.txt").write_text("[keyring.backends]\nfile = keyrings.alt.file\n")
    return room


class TestChoice:
    """The choice of the backend."""

    def test_the_variable_wins_over_the_settings(self, memory: dict[tuple[str, str], str]) -> None:
        environ = {"PYTHON_KEYRING_BACKEND": f"{odd_keyrings.PREFIX}.MemoryKeyring"}
        settings = {"backend": "keyring.backends.null.Keyring"}
        store = SecretStore(Keyring(environ, settings), StateDir.of(os.environ))
        store.set(SERIAL, SECRET)
        assert memory == {("mfa-session", SERIAL): PLAIN}

    def test_keyring_is_not_imported_before_it_is_asked(self) -> None:
        code = (
            "import os, sys\n"
            "from mfa_session.files.state import StateDir\n"
            "from mfa_session.system.keyring_access import Keyring\n"
            "from mfa_session.system.secret_store import SecretStore\n"
            "store = SecretStore(Keyring(os.environ, {}), StateDir.of(os.environ))\n"
            "print([name for name in sys.modules if name.startswith(('keyring', 'secretst'))])\n"
        )
        assert processes.run_python(code).stdout == "[]\n"


class TestNothingLeaks:
    """A keyring's errors are reported without their texts."""

    def test_a_failing_keyring_is_reported_by_the_class_of_its_error(self) -> None:
        with pytest.raises(ConfigurationError) as caught:
            store_in("LoudKeyring").set(SERIAL, SECRET)
        told = "".join(traceback.format_exception(caught.value))
        assert caught.value.code == "keyring-unusable"
        assert "failed (RuntimeError)" in caught.value.message
        assert (PLAIN in told, caught.value.__cause__, caught.value.__context__) == (
            False,
            None,
            None,
        )

    @pytest.mark.usefixtures("memory")
    def test_a_secret_that_the_keyring_does_not_return_is_an_error(self) -> None:
        with pytest.raises(ConfigurationError) as caught:
            store_in("ForgetfulKeyring").set(SERIAL, SECRET)
        assert caught.value.code == "keyring-unusable"
        assert "does not return it" in caught.value.message
        assert store_in("ForgetfulKeyring").serials() == []

    @pytest.mark.usefixtures("memory")
    def test_a_secret_that_the_keyring_does_not_remove_is_an_error(self) -> None:
        store = store_in("StickyKeyring")
        store.set(SERIAL, SECRET)
        with pytest.raises(ConfigurationError) as caught:
            store.remove(SERIAL)
        assert caught.value.code == "keyring-unusable"
        assert store.serials() == [SERIAL]

    def test_another_locked_keyring_is_reported_as_locked(self) -> None:
        with pytest.raises(ConfigurationError) as caught:
            store_in("LockedKeyring").get(SERIAL)
        assert caught.value.code == "keyring-locked"

    def test_a_malformed_secret_is_refused_and_can_be_removed(
        self, memory: dict[tuple[str, str], str]
    ) -> None:
        memory["mfa-session", SERIAL] = "hunter2-hunter2"
        store = store_in("MemoryKeyring")
        with pytest.raises(ConfigurationError) as caught:
            store.get(SERIAL)
        assert caught.value.code == "bad-totp-secret"
        assert "hunter2" not in "".join(traceback.format_exception(caught.value))
        assert (store.holds(SERIAL), store.remove(SERIAL), memory) == (True, True, {})


class TestIndex:
    """The index of stored secrets, since keyrings cannot list."""

    @pytest.mark.usefixtures("memory")
    def test_reading_secrets_refills_a_lost_index(self, home: Path) -> None:
        store_in("MemoryKeyring").set(SERIAL, SECRET)
        state = home / ".local" / "state" / "mfa-session"
        for file in state.iterdir():
            file.unlink()
        store = store_in("MemoryKeyring")
        assert store.serials() == []
        assert (store.serials([OTHER, SERIAL]), store.serials()) == ([SERIAL], [SERIAL])

    def test_a_secret_removed_elsewhere_is_not_listed(
        self, memory: dict[tuple[str, str], str]
    ) -> None:
        store = store_in("MemoryKeyring")
        store.set(SERIAL, SECRET)
        memory.clear()
        assert store.serials() == []

    @pytest.mark.usefixtures("memory")
    def test_the_index_holds_no_secret(self, home: Path) -> None:
        store_in("MemoryKeyring").set(SERIAL, SECRET)
        state = home / ".local" / "state" / "mfa-session"
        assert [file.read_text() for file in state.iterdir()] == [
            f"stored {SERIAL} {odd_keyrings.PREFIX}.MemoryKeyring\n"
        ]

    @pytest.mark.usefixtures("memory")
    def test_a_state_directory_that_cannot_be_written_stops_nothing(self, home: Path) -> None:
        (home / ".local").write_text("in the way")
        store = store_in("MemoryKeyring")
        store.set(SERIAL, SECRET)
        assert (store.get(SERIAL), store.serials([SERIAL])) == (SECRET, [SERIAL])


# Retries and trial items


@pytest.mark.parametrize("reason", [SecretServiceNotAvailableException, ItemNotFoundException])
def test_a_service_that_refuses_once_is_asked_once_more(
    memory: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch, reason: type[Exception]
) -> None:
    memory["mfa-session", SERIAL] = PLAIN
    monkeypatch.setattr(odd_keyrings.BusyKeyring, "refusals", 1)
    monkeypatch.setattr(odd_keyrings.BusyKeyring, "reason", reason)
    assert store_in("BusyKeyring").get(SERIAL) == SECRET


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (SecretServiceNotAvailableException, "keyring-unusable"),
        (ItemNotFoundException, "keyring-locked"),
        (PromptDismissedException, "keyring-locked"),
    ],
)
def test_a_lasting_refusal_is_reported_with_its_code(
    monkeypatch: pytest.MonkeyPatch, reason: type[Exception], code: str
) -> None:
    monkeypatch.setattr(odd_keyrings.BusyKeyring, "refusals", 100)
    monkeypatch.setattr(odd_keyrings.BusyKeyring, "reason", reason)
    with pytest.raises(ConfigurationError) as caught:
        store_in("BusyKeyring").get(SERIAL)
    assert caught.value.code == code


def test_a_prompt_that_the_person_dismisses_is_not_shown_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(odd_keyrings.BusyKeyring, "refusals", 1)
    monkeypatch.setattr(odd_keyrings.BusyKeyring, "reason", PromptDismissedException)
    with pytest.raises(ConfigurationError) as caught:
        store_in("BusyKeyring").get(SERIAL)
    assert (caught.value.code, odd_keyrings.BusyKeyring.refusals) == ("keyring-locked", 0)


def test_a_trial_leaves_nothing(memory: dict[tuple[str, str], str]) -> None:
    store = store_in("MemoryKeyring")
    store.try_out()
    assert (memory, store.serials()) == ({}, [])
    assert StateDir.of(os.environ).names() == []


def test_a_keyring_that_returns_another_value_is_an_error(
    memory: dict[tuple[str, str], str],
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        store_in("ForgetfulKeyring").try_out()
    assert (raised.value.code, memory) == ("keyring-unusable", {})


@pytest.mark.parametrize(("age_seconds", "is_removed"), [(3600, True), (1, False)])
def test_a_trial_item_that_a_kill_left_is_removed_once_it_is_old(
    memory: dict[tuple[str, str], str], age_seconds: int, is_removed: bool
) -> None:
    name = f"mfa-session-probe-{int(time.time()) - age_seconds}-0a1b2c3d"
    state = StateDir.of(os.environ)
    state.write(f"probe-{name}", b"")
    memory["mfa-session", name] = "x"
    assert store_in("MemoryKeyring").serials() == []
    found = (list(memory), state.names("probe-"))
    assert found == (([], []) if is_removed else ([("mfa-session", name)], [f"probe-{name}"]))


def test_a_trial_of_a_service_that_does_not_answer_times_out(
    memory: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring_access, "ANSWERING_SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(ConfigurationError) as raised:
        store_in("StuckKeyring").try_out()
    assert raised.value.code == "keyring-timeout"
    assert time.monotonic() - began < 0.9  # one timeout, without a second one for the removal
    noted = [name.removeprefix("probe-") for name in StateDir.of(os.environ).names("probe-")]
    assert [("mfa-session", name) for name in noted] == list(memory)  # a later run removes it
