"""Decides from the words of a command whether it is protected, and why."""

from __future__ import annotations

from mfa_session.guard.aws_words import base_name, count_cli_words, read_aws
from mfa_session.guard.rules import UNTOUCHED, Ruling
from mfa_session.guard.services import actions_of, prefix_of, spell_action
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mfa_session.guard.aliases import Aliases
    from mfa_session.guard.aws_words import AwsCall
    from mfa_session.guard.rules import Rules


SHELL_VARIABLE = "$"
"""Starts what a shell fills in when it runs."""


class Verdict(Record):
    """Whether a command is protected, and by which rule.

    `service` and `operation` are the CLI's names, `action` is IAM's (`ec2:StopInstances`). `call`
    is the parsed AWS CLI command line; None for other programs. `reason` is for people.
    """

    protected: bool
    rule: str | None
    reason: str
    service: str | None = None
    operation: str | None = None
    action: str | None = None
    call: AwsCall | None = None


def judge(words: Sequence[str], rules: Rules, aliases: Aliases) -> Verdict:
    """Decide whether a command line, program included, is protected."""
    cli_words = count_cli_words(words)
    if not cli_words:
        return _judge_other(words, rules)
    call = read_aws(words[cli_words:], aliases)
    if call.shell:
        return _judge_shell(call, rules, aliases)
    if call.service is None or call.operation is None:
        return _make_verdict(call, call.operation, UNTOUCHED, "it names no operation")
    if call.is_harmless():
        return _make_verdict(call, call.operation, UNTOUCHED, "it only shows help, or is a dry run")
    verdict = _judge_operations(call, rules)
    return verdict if verdict.protected else _judge_listed(words, rules, verdict)


def _judge_other(words: Sequence[str], rules: Rules) -> Verdict:
    ruling = rules.decide_command(words)
    reason = f"it is listed: {ruling.rule}" if ruling.rule else "the command is not listed"
    return Verdict(protected=ruling.protected, rule=ruling.rule, reason=reason)


def _judge_listed(words: Sequence[str], rules: Rules, verdict: Verdict) -> Verdict:
    """Protect an AWS CLI command that `commands` lists, whatever its operation."""
    ruling = rules.decide_command(words) if rules.commands else UNTOUCHED
    if not ruling.protected:
        return verdict
    return verdict.replace(protected=True, rule=ruling.rule, reason=f"it is listed: {ruling.rule}")


def _judge_operations(call: AwsCall, rules: Rules) -> Verdict:
    """Decide by the operation, and by those that the CLI may run instead."""
    verdicts = []
    for operation in (call.operation or "", *call.command_aliases):
        actions = actions_of(call, operation)
        ruling = rules.decide_operation(call.service or "", operation, actions)
        ruling = ruling if ruling.action else ruling.replace(action=actions[0])
        verdicts.append(_make_verdict(call, operation, ruling, _explain(ruling)))
    return next((verdict for verdict in verdicts if verdict.protected), verdicts[0])


def _judge_shell(call: AwsCall, rules: Rules, aliases: Aliases) -> Verdict:
    """Decide about a shell alias, by each command that it may run."""
    inner_aliases = aliases.without((), call.alias or "") if call.alias else aliases
    for command in call.shell:
        for start in _find_programs(command, rules):
            verdict = _judge_inner(command[start:], rules, inner_aliases)
            if verdict.protected:
                reason = f"the alias {call.alias} may run a protected command: {verdict.reason}"
                inner = verdict.call and verdict.call.replace(alias=call.alias, in_shell=True)
                return verdict.replace(reason=reason, call=inner)
    reason = f"the alias {call.alias} runs no command that guard knows as protected"
    return _make_verdict(call, None, UNTOUCHED, reason)


def _find_programs(command: Sequence[str], rules: Rules) -> Iterator[int]:
    """Yield the position of each program that rules may protect (`sudo aws …`)."""
    listed = {listed.program for listed in rules.commands}
    for start, word in enumerate(command):
        if count_cli_words(command[start : start + 3]) or base_name(word).lower() in listed:
            yield start


def _judge_inner(words: Sequence[str], rules: Rules, aliases: Aliases) -> Verdict:
    """Decide about a command in a shell alias; protect it if only the shell knows its operation."""
    verdict = judge(words, rules, aliases)
    names = (verdict.service or "") + (verdict.operation or "")
    if verdict.call is None or SHELL_VARIABLE not in names or not rules.can_protect_operations():
        return verdict
    reason = "only the shell knows its operation"
    return verdict.replace(protected=True, rule="unknown operation", reason=reason)


def _make_verdict(call: AwsCall, operation: str | None, ruling: Ruling, reason: str) -> Verdict:
    """Return the verdict on a call."""
    action = None
    if call.service and operation:
        action = f"{prefix_of(call.service)}:{ruling.action or spell_action(operation)}"
    return Verdict(
        protected=ruling.protected,
        rule=ruling.rule,
        reason=reason,
        service=call.service,
        operation=operation,
        action=action,
        call=call,
    )


def _explain(ruling: Ruling) -> str:
    if ruling.protected:
        return f"it is protected: {ruling.rule}"
    return f"it is allowed: {ruling.rule}" if ruling.rule else "no rule names it"
