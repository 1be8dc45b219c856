"""What a prompt shows of a session, and in which colour."""

from __future__ import annotations

import pytest

from mfa_session.cli.prompt import Segment, colored

HOUR = 3600


@pytest.mark.parametrize(
    ("seconds_left", "text"),
    [
        (12 * HOUR, "mfa 12h"),
        (2 * HOUR + 13 * 60 + 59, "mfa 2h13m"),
        (43 * 60, "mfa 43m"),
        (59, "mfa 59s"),
        (26 * HOUR, "mfa 1d2h"),
        (None, "mfa"),
    ],
)
def test_the_text_is_short(seconds_left: int | None, text: str) -> None:
    assert Segment(name="mfa", seconds_left=seconds_left).text == text


@pytest.mark.parametrize(
    ("seconds_left", "color"),
    [(HOUR, "green"), (900, "green"), (899, "yellow"), (300, "yellow"), (299, "red"), (1, "red")],
)
def test_the_color_tells_how_little_is_left(seconds_left: int, color: str) -> None:
    assert Segment(name="mfa", seconds_left=seconds_left).color == color


def test_each_shell_is_told_which_letters_take_no_room() -> None:
    segment = Segment(name="100%", seconds_left=60)
    assert {shell: colored(segment, shell) for shell in ("", "bash", "zsh", "fish")} == {
        "": "100% 1m",
        "bash": "\x01\x1b[31m\x02100% 1m\x01\x1b[0m\x02",
        "zsh": "%F{red}100%% 1m%f",
        "fish": "\x1b[31m100% 1m\x1b[0m",
    }


def test_a_name_cannot_act_on_the_terminal() -> None:
    assert Segment(name="a\x1b]0;x\x07b\n", seconds_left=60).text == "a]0;xb 1m"
