"""Whether a command is protected, and why: decided from its words alone."""

from __future__ import annotations

from mfa_session.guard.aws_words import base_name, is_aws, read_aws
from mfa_session.guard.rules import UNTOUCHED, Ruling
from mfa_session.guard.services import actions_of, prefix_of, spell_action
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mfa_session.guard.aliases import Aliases
    from mfa_session.guard.aws_words import AwsCall
    from mfa_session.guard.rules import Rules


UNKNOWABLE = "$"
"""What a shell fills in only when it runs."""


class Verdict(Record):
    """Whether a command is protected, by which rule, and what it was taken for.

    `service` and `operation` are the CLI's names, `action` is IAM's (`ec2:StopInstances`). `call`
    is what an AWS CLI command line asks for; None for other programs. `reason` is for people.
    """

    protected: bool
    rule: str | None
    reason: str
    service: str | None = None
    operation: str | None = None
    action: str | None = None
    call: AwsCall | None = None


def judge(words: Sequence[str], rules: Rules, aliases: Aliases) -> Verdict:
    """Decide about a whole command line, the program included."""
    named = is_aws(words)
    if not named:
        return _judge_other(words, rules)
    call = read_aws(words[named:], aliases)
    if call.shell:
        return _judge_shell(call, rules, aliases)
    if call.service is None or call.operation is None:
        return _verdict(call, call.operation, UNTOUCHED, "it names no operation")
    if call.is_harmless():
        return _verdict(call, call.operation, UNTOUCHED, "it only shows help, or is a dry run")
    verdict = _judge_operations(call, rules)
    return verdict if verdict.protected else _judge_listed(words, rules, verdict)


def _judge_other(words: Sequence[str], rules: Rules) -> Verdict:
    ruling = rules.rule_command(words)
    reason = f"it is listed: {ruling.rule}" if ruling.rule else "the command is not listed"
    return Verdict(protected=ruling.protected, rule=ruling.rule, reason=reason)


def _judge_listed(words: Sequence[str], rules: Rules, verdict: Verdict) -> Verdict:
    """Protect an AWS CLI command that is not protected by its operation if it is listed."""
    ruling = rules.rule_command(words) if rules.commands else UNTOUCHED
    if not ruling.protected:
        return verdict
    return verdict.replace(protected=True, rule=ruling.rule, reason=f"it is listed: {ruling.rule}")


def _judge_operations(call: AwsCall, rules: Rules) -> Verdict:
    """Decide about the operation, and about those that may be meant instead."""
    verdicts = []
    for operation in (call.operation or "", *call.overlaid):
        actions = actions_of(call, operation)
        ruling = rules.rule_operation(call.service or "", operation, actions)
        ruling = ruling if ruling.action else ruling.replace(action=actions[0])
        verdicts.append(_verdict(call, operation, ruling, _reason(ruling)))
    return next((verdict for verdict in verdicts if verdict.protected), verdicts[0])


def _judge_shell(call: AwsCall, rules: Rules, aliases: Aliases) -> Verdict:
    """Decide about an alias that is for a shell, by each command that it may run."""
    inner_aliases = aliases.without((), call.alias or "") if call.alias else aliases
    for command in call.shell:
        for start in _programs(command, rules):
            verdict = _judge_inner(command[start:], rules, inner_aliases)
            if verdict.protected:
                reason = f"the alias {call.alias} may run a protected command: {verdict.reason}"
                inner = verdict.call and verdict.call.replace(alias=call.alias, in_shell=True)
                return verdict.replace(reason=reason, call=inner)
    reason = f"the alias {call.alias} runs nothing that is protected, as far as can be told"
    return _verdict(call, None, UNTOUCHED, reason)


def _programs(command: Sequence[str], rules: Rules) -> Iterator[int]:
    """Yield where in a command a program stands that can be protected: `sudo aws …`."""
    listed = {listed.program for listed in rules.commands}
    for start, word in enumerate(command):
        if is_aws(command[start : start + 3]) or base_name(word).lower() in listed:
            yield start


def _judge_inner(words: Sequence[str], rules: Rules, aliases: Aliases) -> Verdict:
    """Decide about a command in a shell's text; what only running it would tell is protected."""
    verdict = judge(words, rules, aliases)
    names = (verdict.service or "") + (verdict.operation or "")
    if verdict.call is None or UNKNOWABLE not in names or not rules.are_any():
        return verdict
    reason = "the operation is known only when it runs"
    return verdict.replace(protected=True, rule="unknown operation", reason=reason)


def _verdict(call: AwsCall, operation: str | None, ruling: Ruling, reason: str) -> Verdict:
    """Say what was decided about a call."""
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


def _reason(ruling: Ruling) -> str:
    if ruling.protected:
        return f"it is protected: {ruling.rule}"
    return f"it is allowed: {ruling.rule}" if ruling.rule else "no rule names it"
