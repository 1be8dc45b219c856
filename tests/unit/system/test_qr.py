"""A phone reads the QR code from the terminal, whatever its colours are."""

from __future__ import annotations

import os

import pytest

from mfa_session.mfa.phone import addresses, grouped, label_of
from mfa_session.model.iam import NewDevice
from mfa_session.model.session import Secret
from mfa_session.system import qr
from phone_camera import Camera

SEED = "JBSWY3DPEHPK3PXPABCDEFGHIJKLMNOPQRSTUVWXYZ234567JBSWY3DPEHPK3PXP"
ORDINARY = os.terminal_size((80, 24))
ROOMY = os.terminal_size((120, 50))
# Names as in IAM.
ORDINARY_NAMES = ["carol", "carols-phone", "carol.smith@example.com", "x" * 23]


def device(name: str) -> NewDevice:
    return NewDevice(serial=f"arn:aws:iam::123456789012:mfa/{name}", seed=Secret(SEED))


def drawn(name: str, size: os.terminal_size) -> list[str]:
    lines = qr.fitting(addresses(device(name)), size)
    assert lines is not None
    return lines


def read(lines: list[str], size: os.terminal_size, *, dark: bool = True) -> list[str]:
    camera = Camera(size.columns, size.lines, dark=dark)
    camera.feed("".join(f"{line}\r\n" for line in lines))
    return camera.codes()


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
@pytest.mark.parametrize("name", ORDINARY_NAMES)
def test_an_ordinary_name_fits_80_by_24_with_its_margin(name: str, dark: bool) -> None:
    lines = drawn(name, ORDINARY)
    assert len(lines) < ORDINARY.lines  # one for the question
    (text,) = read(lines, ORDINARY, dark=dark)
    assert text.startswith(f"otpauth://totp/{name}@123456789012?secret={SEED}")


def test_a_large_terminal_shows_the_consoles_issuer() -> None:
    issuer = "Amazon%20Web%20Services"
    expected = f"otpauth://totp/{issuer}:carol@123456789012?secret={SEED}&issuer={issuer}"
    assert read(drawn("carol", ROOMY), ROOMY) == [expected]


def test_a_short_name_keeps_an_issuer_in_80_by_24() -> None:
    expected = f"otpauth://totp/carol@123456789012?secret={SEED}&issuer=AWS"
    assert read(drawn("carol", ORDINARY), ORDINARY) == [expected]


@pytest.mark.parametrize("size", [(80, 20), (40, 24), (20, 5)])
def test_a_code_that_does_not_fit_is_not_drawn(size: tuple[int, int]) -> None:
    assert qr.fitting(addresses(device("carol")), os.terminal_size(size)) is None


def test_a_long_name_needs_a_larger_terminal() -> None:
    assert qr.fitting(addresses(device("x" * 64)), ORDINARY) is None
    assert read(drawn("x" * 64, ROOMY), ROOMY) != []


def test_each_line_sets_its_colours_and_resets_them() -> None:
    lines = drawn("carol", ORDINARY)
    colours = ("\x1b[38;5;16;48;5;231m", "\x1b[38;5;16;48;5;16m")
    assert {line.startswith(colours) for line in lines} == {True}
    assert {line.endswith("\x1b[0m") for line in lines} == {True}


def test_the_camera_sees_nothing_without_colours() -> None:
    # Proves that the tests above can fail.
    plain = [line.replace("\x1b[38;5;16;48;5;231m", "\x1b[0m") for line in drawn("carol", ORDINARY)]
    camera = Camera(dark=False)
    camera.feed("hello\r\n")
    assert camera.codes() == []
    assert read([line.replace("\N{UPPER HALF BLOCK}", " ") for line in plain], ORDINARY) == []


def test_names_are_quoted_for_a_uri() -> None:
    (*_, barest) = addresses(device("a+b=c,d@e"))
    assert "".join(barest) == f"otpauth://totp/a%2Bb=c,d@e@123456789012?secret={SEED}"
    assert label_of(device("a+b").serial) == "a+b@123456789012"


def test_the_seed_to_type_is_in_groups_of_four() -> None:
    groups = grouped(device("carol")).split(" ")
    assert {len(group) for group in groups} == {4}
    assert "".join(groups) == SEED


class _Asked:
    """A terminal of one size with prepared answers."""

    def __init__(self, size: os.terminal_size, *answers: str) -> None:
        self.shown: list[str] = []
        self._size, self._answers = size, list(answers)

    def size(self) -> os.terminal_size:
        return self._size

    def can_ask(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.shown.append(text)

    def ask(self, question: str) -> str:
        assert len(question) < self._size.columns
        self.shown.append(question)
        return self._answers.pop(0)


@pytest.mark.parametrize(
    ("size", "answers", "is_told"),
    [
        (ROOMY, [""], True),
        (ORDINARY, [""], False),
        (ORDINARY, ["k", ""], True),
        (os.terminal_size((80, 26)), [""], False),  # the key takes two rows
    ],
    ids=["below", "not asked for", "asked for", "no room for a key that wraps"],
)
def test_the_key_is_shown_below_the_code_or_on_request(
    size: os.terminal_size, answers: list[str], *, is_told: bool
) -> None:
    terminal, new = _Asked(size, *answers), device("carol")
    qr.show(terminal, addresses(new), label_of(new.serial), grouped(new))  # type: ignore[arg-type]  # its port is these four
    told = f"Account: carol@123456789012\nKey: {grouped(new)}\n"
    assert (told in "".join(terminal.shown)) is is_told
