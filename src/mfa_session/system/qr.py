"""Show a QR code on the terminal, black on white whatever its colours are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from mfa_session.system.terminal import Terminal

QUIET_MODULES = 4
"""The margin that belongs to the symbol (ISO/IEC 18004)."""

# Colour schemes do not redefine these two of the 256 colours.
_INK = "\x1b[38;5;16;48;5;231m"
_SOLID = "\x1b[38;5;16;48;5;16m"
_PLAIN = "\x1b[0m"
_CELLS = {
    (0, 0): (_INK, " "),
    (1, 0): (_INK, "\N{UPPER HALF BLOCK}"),
    (0, 1): (_INK, "\N{LOWER HALF BLOCK}"),
    # Not a full block, which in some fonts does not fill its cell.
    (1, 1): (_SOLID, " "),
}
_OTHER_SCREEN = "\x1b[?1049h\x1b[H\x1b[2J"
_BACK = "\x1b[?1049l"
_QUESTION = "Scan it with the phone's authenticator app{}, then press Enter: "
_AS_KEY = "k"
_TYPED_QUESTION = "Type it into the authenticator app, then press Enter: "


def draw(pieces: Sequence[str]) -> list[str]:
    """Return the lines of the QR code for the joined pieces, two modules to a character."""
    import segno  # noqa: PLC0415  # only where a code is shown

    # segno encodes a list of texts as segments of one symbol.
    symbol = segno.make_qr(list(pieces), error="l")  # type: ignore[arg-type]
    rows = [[int(dark) for dark in row] for row in symbol.matrix_iter(border=QUIET_MODULES)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    return [_line(rows[at], rows[at + 1]) for at in range(0, len(rows), 2)]


def _line(upper: Iterable[int], lower: Iterable[int]) -> str:
    drawn, style = "", ""
    for pair in zip(upper, lower, strict=True):
        wanted, character = _CELLS[pair]
        if wanted != style:
            drawn, style = drawn + wanted, wanted
        drawn += character
    return drawn + _PLAIN


def fitting(addresses: Iterable[Sequence[str]], size: os.terminal_size) -> list[str] | None:
    """Return the code of the first address that fits with a line to spare; None if none does."""
    for pieces in addresses:
        lines = draw(pieces)
        if len(lines) < size.lines and 2 * len(lines) <= size.columns:
            return lines
    return None


def show(
    terminal: Terminal,
    addresses: Iterable[Sequence[str]],
    label: str,
    typed: str,
    *,
    draws: bool = True,
) -> None:
    """Show an address for a phone, and wait for Enter if a person can be asked.

    The terminal's alternate screen keeps the secret out of the scrollback. For authenticators
    without a camera, `label` and `typed` are shown below the code; without room for both, on
    request; and alone if no code fits or the terminal `draws` nothing.
    """
    size = terminal.size()
    code = fitting(addresses, size) if draws else None
    below = [f"Account: {label}", f"Key: {typed}"]
    rows = sum(-(-len(line) // max(1, size.columns)) for line in below)
    has_room = code is None or len(code) + rows < size.lines
    text = [*(code or []), *(below if has_room else [])]
    if not terminal.can_ask():
        terminal.write("".join(f"{line}\n" for line in text))
        return
    start = _OTHER_SCREEN if draws else ""
    terminal.write(start + "".join(f"{line}\n" for line in text))
    try:
        if code is None:
            terminal.ask(_TYPED_QUESTION)
        elif has_room:
            terminal.ask(_QUESTION.format(""))
        elif terminal.ask(_QUESTION.format(f" ({_AS_KEY}: as a key)")).strip().lower() == _AS_KEY:
            terminal.write(start + "".join(f"{line}\n" for line in below))
            terminal.ask(_TYPED_QUESTION)
    finally:
        terminal.write(_BACK if draws else "")
