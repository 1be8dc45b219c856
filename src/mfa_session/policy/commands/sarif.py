"""Findings as SARIF 2.1.0 (OASIS), which GitHub, GitLab and editors take."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mfa_session import __version__
from mfa_session.policy.commands.lint_text import elements
from mfa_session.policy.lint import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_session.policy.commands.files import FileError
    from mfa_session.policy.commands.lint_text import Located
    from mfa_session.policy.finding import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_CODE = re.compile(r"`([^`]*)`")
_INDEXES = {rule.id: index for index, rule in enumerate(RULES)}


def sarif_log(findings: Sequence[Located], errors: Sequence[FileError]) -> dict[str, Any]:
    """Return a log of one run: rules with their texts, findings, and what could not be read."""
    driver = {
        "name": "mfa-session",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": list(map(_rule, RULES)),
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not errors,
                "toolExecutionNotifications": list(map(_notification, errors)),
            }
        ],
        "results": list(map(_result, findings)),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": _CODE.sub(r"\1", rule.text)},
        "help": {"text": _CODE.sub(r"\1", rule.text), "markdown": rule.text},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(located: Located) -> dict[str, Any]:
    document, finding = located
    fix = "".join(f"\n  {line}" for line in elements(finding.fix))
    name = f"{document.name}: " if document.name else ""
    message = f"{name}{finding.statement}: {finding.message}"
    identity = [document.source.label, document.name, finding.statement, finding.rule]
    return {
        "ruleId": finding.rule,
        "ruleIndex": _INDEXES[finding.rule],
        "level": finding.severity,
        "message": {"text": f"{message}\nwho: {finding.who}\ncure: {finding.cure}{fix}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(document.source.label),
                    "region": {"startLine": finding.line, "startColumn": finding.column},
                },
                "logicalLocations": [{"fullyQualifiedName": f"{name}{finding.statement}"}],
            }
        ],
        "partialFingerprints": {"mfaSession/v1": _digest(identity)},
        "properties": {"who": finding.who, "cure": finding.cure, "fix": dict(finding.fix) or None},
    }


def _digest(texts: list[str]) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def _notification(error: FileError) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": f"{error.error.message}\nhint: {error.error.hint}"},
        "descriptor": {"id": error.error.code},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(error.file)}}],
    }


def _artifact(path: str) -> dict[str, str]:
    """Return a file as a reference below the checkout, or as a whole address elsewhere."""
    if PurePath(path).is_absolute():
        return {"uri": PurePath(path).as_uri()}
    return {"uri": quote(PurePath(path).as_posix()), "uriBaseId": "%SRCROOT%"}
