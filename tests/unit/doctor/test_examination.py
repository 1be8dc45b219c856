"""The examination as a whole: groups, what is missing, what breaks off."""

from __future__ import annotations

from typing import NoReturn

import pytest

from doctor.scenes import scene
from mfa_session.doctor import examination
from mfa_session.doctor.examination import BROKE_OFF, GROUPS, examine
from mfa_session.doctor.finding import Check, Looked, note, warning
from mfa_session.doctor.scene import PROFILES
from mfa_session.model.feature_ports import CREDENTIALS, SETTINGS, STATE

EVERY = [check for checks in GROUPS.values() for check in checks]


def test_all_is_well_in_a_healthy_scene() -> None:
    said = examine(scene())
    assert [(each.id, each.severity, each.finding) for each in said] == [
        (check.id, "ok", check.fine) for check in EVERY
    ]


@pytest.mark.parametrize("part", [*PROFILES, SETTINGS, STATE])
def test_what_is_missing_is_said_by_those_that_need_it_only(part: str) -> None:
    said = examine(scene(missing={part: "it is gone"}))
    skipped = {each.id: each.finding for each in said if each.severity == "skipped"}
    needing = [check.id for check in EVERY if part in check.needs]
    assert skipped == dict.fromkeys(needing, "it is gone")
    assert needing != []


def test_the_worst_of_a_group_stands_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_scene: object) -> NoReturn:
        raise KeyError("secret")

    checks = (
        Check(id="a", fine="a is fine", look=lambda _scene: []),
        Check(id="b", fine="", look=lambda _scene: [note("n"), warning("w", "mend it")]),
        Check(id="c", fine="", look=fail),
        Check(id="d", fine="", look=lambda _scene: [], needs=(CREDENTIALS,)),
    )
    monkeypatch.setattr(examination, "GROUPS", {"files": checks})

    def looked(check: str, severity: str, finding: str, cure: str = "") -> Looked:
        return Looked(id=check, group="files", severity=severity, finding=finding, cure=cure)

    assert examine(scene(missing={CREDENTIALS: "gone"})) == [
        looked("b", "warning", "w", "mend it"),
        looked("b", "note", "n"),
        looked("a", "ok", "a is fine"),
        looked("c", "skipped", f"{BROKE_OFF} (KeyError)"),
        looked("d", "skipped", "gone"),
    ]
