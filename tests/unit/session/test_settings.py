"""Every setting comes from the first place that says it, whatever the places below say."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from mfa_session.model.errors import ConfigurationError
from mfa_session.session.resolve import resolve
from session.worlds import KEYS, inputs

if TYPE_CHECKING:
    from mfa_session.model.settings import Settings

ROLE = "arn:aws:iam::123456789012:role/from-{}"
SERIAL = "arn:aws:iam::123456789012:mfa/from-{}"


class Case(NamedTuple):
    """A setting, the places that may say it in their order, and how a place's value looks."""

    setting: str
    places: tuple[str, ...]
    value: str
    option: str
    section_key: str


OPTION, TABLE, SECTION, SOURCE, DEFAULTS = "option", "table", "section", "source", "defaults"
CASES = [
    Case("mfa_serial", (OPTION, TABLE, SECTION, SOURCE), SERIAL, "mfa_serial", "mfa_serial"),
    Case("role_arn", (OPTION, TABLE, SECTION), ROLE, "role_arn", "role_arn"),
    Case("external_id", (OPTION, TABLE, SECTION), "from-{}", "external_id", "external_id"),
    Case("role_session_name", (OPTION, TABLE, SECTION), "from-{}", "role_session_name",
         "role_session_name"),
    Case("written", (OPTION, TABLE, SECTION, SOURCE, DEFAULTS), "from-{}", "region",
         "region"),
]  # fmt: skip
SUBSETS = [
    (case, said)
    for case in CASES
    for count in range(len(case.places) + 1)
    for said in itertools.combinations(case.places, count)
]


def settings_said_in(case: Case, said: tuple[str, ...]) -> Settings:
    """Return the settings where these places say the case's setting."""

    def lines(place: str) -> dict[str, str]:
        return {case.section_key: case.value.format(place)} if place in said else {}

    needs_role = case.setting in {"external_id", "role_session_name"}
    role: dict[str, Any] = {"role_arn": ROLE.format("x")} if needs_role else {}
    option: dict[str, Any] = {}
    if OPTION in said:
        option[case.option] = case.value.format(OPTION)
    section = "".join(f"{key} = {value}\n" for key, value in lines(SECTION).items())
    source = "".join(f"{key} = {value}\n" for key, value in lines(SOURCE).items())
    return resolve(
        inputs(
            f"[default]\n{KEYS}{source}",
            f"[profile mfa]\noutput = json\n{section}",
            sessions={"mfa": lines(TABLE)} if TABLE in said else {},
            defaults=lines(DEFAULTS),
            **option,
            **role,
        )
    )


@pytest.mark.parametrize(
    ("case", "said"), SUBSETS, ids=[f"{case.setting}: {said}" for case, said in SUBSETS]
)
def test_the_first_place_that_sets_a_value_wins(case: Case, said: tuple[str, ...]) -> None:
    settings = settings_said_in(case, said)
    expected = case.value.format(said[0]) if said else None
    found = getattr(settings, case.setting)
    assert (found.get("region") if case.setting == "written" else found) == expected


def test_an_aws_mfa_device_of_the_source_serves() -> None:
    settings = resolve(inputs(f"[default]\n{KEYS}aws_mfa_device = {SERIAL.format('aws-mfa')}\n"))
    assert settings.mfa_serial == SERIAL.format("aws-mfa")


@pytest.mark.parametrize(
    ("world", "seconds", "explicit"),
    [
        ({}, 43200, False),
        ({"defaults": {"duration": 7200}}, 7200, False),
        ({"sessions": {"mfa": {"duration": 1800}}, "defaults": {"duration": 7200}}, 1800, False),
        ({"duration": 900, "sessions": {"mfa": {"duration": 1800}}}, 900, True),
        ({"role_arn": ROLE}, 3600, False),
        ({"role_arn": ROLE, "defaults": {"duration": 7200}}, 3600, False),
        ({"role_arn": ROLE, "duration": 7200}, 7200, True),
    ],
)
def test_durations(world: dict[str, Any], seconds: int, explicit: bool) -> None:
    settings = resolve(inputs(**world))
    assert (settings.duration, settings.duration_is_explicit) == (seconds, explicit)


@pytest.mark.parametrize("place", ["option", "table", "defaults"])
def test_a_duration_of_0_is_said_and_refused(place: str) -> None:
    worlds = {
        "option": inputs(duration=0),
        "table": inputs(sessions={"mfa": {"duration": 0}}),
        "defaults": inputs(defaults={"duration": 0}),
    }
    with pytest.raises(ConfigurationError) as caught:
        resolve(worlds[place])
    assert caught.value.code == "duration-out-of-range"


@pytest.mark.parametrize(
    ("seconds", "role", "allowed"),
    [(899, None, False), (900, None, True), (129600, None, True), (129601, None, False),
     (899, ROLE, False), (900, ROLE, True), (43200, ROLE, True), (43201, ROLE, False)],
)  # fmt: skip
def test_the_limits_of_durations(seconds: int, role: str | None, allowed: bool) -> None:
    world = inputs(duration=seconds, role_arn=role)
    if allowed:
        assert resolve(world).duration == seconds
    else:
        with pytest.raises(ConfigurationError, match="out of range"):
            resolve(world)


@pytest.mark.parametrize(
    ("serial", "around", "region", "called"),
    [
        ("arn:aws:iam::123456789012:mfa/x", {}, None, None),
        ("arn:aws:iam::123456789012:mfa/x", {"AWS_REGION": "eu-west-1"}, None, "eu-west-1"),
        ("arn:aws:iam::123456789012:mfa/x", {"AWS_REGION": "eu-west-1"}, "eu-west-2", "eu-west-2"),
        ("arn:aws-cn:iam::123456789012:mfa/x", {}, None, "cn-north-1"),
        ("arn:aws-cn:iam::123456789012:mfa/x", {"AWS_REGION": "eu-west-1"}, None, "cn-north-1"),
        ("arn:aws-cn:iam::123456789012:mfa/x", {}, "cn-northwest-1", "cn-northwest-1"),
        ("arn:aws-us-gov:iam::123456789012:mfa/x", {}, "us-east-1", "us-gov-west-1"),
        ("arn:aws-new:iam::123456789012:mfa/x", {}, "new-north-1", "new-north-1"),
        ("arn:aws:iam::123456789012:mfa/x", {"AWS_REGION": "cn-north-1"}, None, "us-east-1"),
        ("GAHT12345678", {"AWS_DEFAULT_REGION": "us-gov-east-1"}, None, "us-gov-east-1"),
    ],
)
def test_the_region_called_fits_the_partition(
    serial: str, around: dict[str, str], region: str | None, called: str | None
) -> None:
    world = inputs(environ=around, mfa_serial=serial, region=region)
    assert resolve(world).region == called


def test_via_settings_share_the_source_and_not_the_role() -> None:
    settings = resolve(
        inputs(
            sessions={
                "mfa": {"mfa_serial": SERIAL.format("mfa")},
                "books": {"via": "mfa", "role_arn": ROLE.format("books"), "duration": 1800},
            },
            profile="books",
        )
    )
    assert settings.via is not None
    assert settings.via.source == settings.source
    assert (settings.via.name, settings.via.role_arn, settings.via.duration) == ("mfa", None, 43200)
    assert settings.mfa_serial == SERIAL.format("mfa")


IN_FILE = "in /home/config.toml"
ROLE_LINE = f"role_arn = {ROLE}\n"


@pytest.mark.parametrize(
    ("table", "config", "defaults", "place", "hint"),
    [
        ({"duration": 12}, "", {}, f"duration of [sessions.k] {IN_FILE}", "there: '15m'"),
        ({"duration": 999999}, "", {}, f"duration of [sessions.k] {IN_FILE}", "less there: '36h'"),
        ({}, "", {"duration": 12}, f"duration of [defaults] {IN_FILE}", "there: '15m'"),
        ({}, "", {"min_ttl": 99999}, f"min_ttl of [defaults] {IN_FILE}", "less than 12h"),
        ({"role_arn": "x"}, "", {}, f"role_arn of [sessions.k] {IN_FILE}", "looks like"),
        ({"external_id": " "}, ROLE_LINE, {}, f"external_id of [sessions.k] {IN_FILE}", "2 to"),
        ({}, f"duration_seconds = 12\n{ROLE_LINE}", {}, "duration_seconds of profile 'k'", ": 900"),
    ],
)
def test_an_error_about_a_value_names_the_setting_and_its_file(
    table: dict[str, Any], config: str, defaults: dict[str, Any], place: str, hint: str
) -> None:
    world = inputs(
        config=f"[profile k]\nsource_profile = default\n{config}",
        sessions={"k": table},
        defaults=defaults,
        profile="k",
    )
    with pytest.raises(ConfigurationError) as caught:
        resolve(world)
    assert caught.value.message.startswith(place)
    assert hint in caught.value.hint
