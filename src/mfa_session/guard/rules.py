"""Decides which commands are protected: by the built-in list and `[guard]` of config.toml.

A pattern (`ec2:Stop*`) matches AWS operations by any of their names; `commands` lists commands of
other programs word by word (`terraform destroy`). `judge` applies the rules to a command line.
"""

from __future__ import annotations

from mfa_session.guard.aws_words import base_name, count_cli_words, read_aws
from mfa_session.guard.services import actions_of, prefix_of, spell_action
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from mfa_session.guard.aliases import Aliases
    from mfa_session.guard.aws_words import AwsCall


# The built-in list: operations that delete what is hard to restore, or stop what runs.
BUILTIN_PROTECT = (
    # Delete.
    "*:Delete*",
    "*:BatchDelete*",
    "*:AdminDelete*",
    "*:Terminate*",
    "*:Remove*",
    "*:Purge*",
    "*:Deregister*",
    "*:Release*",
    "*:Deprovision*",
    "*:Rebuild*",
    "*:Reset*",
    "*:Decrease*",
    "kms:ScheduleKeyDeletion",
    "rds:BacktrackDBCluster",
    "codeartifact:DisposePackageVersions",
    # Make data expire.
    "s3:PutLifecycleConfiguration",
    "ecr:PutLifecyclePolicy",
    "logs:PutRetentionPolicy",
    # May replace or remove what a stack or a zone holds.
    "cloudformation:ExecuteChangeSet",
    "cloudformation:UpdateStack*",
    "route53:ChangeResourceRecordSets",
    # Stop or disconnect what runs.
    "*:Stop*",
    "*:Reboot*",
    "*:Failover*",
    "*:Switchover*",
    "*:Detach*",
    "*:Disassociate*",
    "*:Withdraw*",
    "ec2:CancelSpotFleetRequests",
    # Withdraw permissions, or weaken other protections.
    "*:Revoke*",
    "*:Disable*",
    "*:Deactivate*",
    "organizations:CloseAccount",
    "organizations:LeaveOrganization",
)

BUILTIN_ALLOW = (
    # Everyday operations that the patterns above match: tags, messages that have been read, caches,
    # old revisions, and jobs that can be started again.
    "*:DeleteTags*",
    "*:Remove*Tags*",
    "s3:Delete*Tagging",
    "sqs:DeleteMessage*",
    "*:Reset*Cache",
    "*:DeleteSession",
    "*:TerminateSession",
    "*:RevokeToken",
    "cloudformation:DeleteChangeSet",
    "ecs:DeregisterTaskDefinition",
    "batch:DeregisterJobDefinition",
    "*:Stop*Build*",
    "*:Stop*Execution*",
    "*:Stop*Job*",
    "*:Stop*Query*",
    "*:Stop*Run",
    "*:Stop*Search*",
    "*:Stop*Session",
)

HARMLESS = ("--help", "-help", "--dry-run", "--dryrun", "--dry-run=client", "--dry-run=server")
SHELL_VARIABLE = "$"
"""Starts what a shell fills in when it runs."""


class Ruling(Record):
    """Whether an operation or command is protected, and by which rule, as people read it."""

    protected: bool
    rule: str | None
    action: str | None = None
    """The IAM action that the rule matches, without prefix."""


UNTOUCHED = Ruling(protected=False, rule=None)


class Rules(Record):
    """All rules, read once."""

    protect: tuple[Pattern, ...]
    allow: tuple[Pattern, ...]
    builtin_protect: tuple[Pattern, ...]
    builtin_allow: tuple[Pattern, ...]
    commands: tuple[Listed, ...]

    @classmethod
    def of(cls, guard: Mapping[str, Any]) -> Rules:
        """Read `protect`, `allow`, `builtin` and `commands` of the table [guard]."""
        with_builtin = guard.get("builtin", True)
        return cls(
            protect=_read_patterns(guard.get("protect", ())),
            allow=_read_patterns(guard.get("allow", ())),
            builtin_protect=_read_patterns(BUILTIN_PROTECT) if with_builtin else (),
            builtin_allow=_read_patterns(BUILTIN_ALLOW) if with_builtin else (),
            commands=tuple(parse_command(text) for text in guard.get("commands", ())),
        )

    def can_protect_operations(self) -> bool:
        """Say whether any AWS operation can be protected."""
        return bool(self.protect or self.builtin_protect)

    def decide_operation(self, service: str, operation: str, actions: Sequence[str]) -> Ruling:
        """Decide about an operation, named as in the CLI, that needs these IAM actions.

        If `allow` matches the operation's own name, it is not protected. Otherwise it is protected
        if one of its actions is.
        """
        services = (service, prefix_of(service))
        own = fold(operation)
        allowed = find_match(self.allow, services, own)
        if allowed is not None:
            return _make_ruling("allow", allowed, actions[0])
        last = UNTOUCHED
        for action in actions:
            ruling = self._decide_action(services, own, action)
            if ruling.protected:
                return ruling
            last = ruling if ruling.rule else last
        return last

    def decide_command(self, words: Sequence[str]) -> Ruling:
        """Decide about a command of any program by `commands`."""
        for listed in self.commands:
            if listed.matches(words):
                return Ruling(protected=True, rule=f'commands "{listed.text}"')
        return UNTOUCHED

    def _decide_action(self, services: Sequence[str], own: str, action: str) -> Ruling:
        name = fold(action)
        allowed = find_match(self.allow, services, name)
        if allowed is not None:
            return _make_ruling("allow", allowed, action)
        protecting = find_match(self.protect, services, own)
        protecting = protecting or find_match(self.protect, services, name)
        if protecting is not None:
            return _make_ruling("protect", protecting, action)
        if find_match(self.builtin_allow, services, name) is None:
            caught = find_match(self.builtin_protect, services, name)
            if caught is not None:
                return _make_ruling("built-in", caught, action)
        return UNTOUCHED


def _read_patterns(texts: Sequence[str]) -> tuple[Pattern, ...]:
    return tuple(Pattern(text) for text in texts)


def _make_ruling(source: str, pattern: Pattern, action: str) -> Ruling:
    quoted = pattern.text if source == "built-in" else f'"{pattern.text}"'
    return Ruling(protected=source != "allow", rule=f"{source} {quoted}", action=action)


class Pattern:
    """A pattern as written, and its parts in lower case, without `-`.

    `*` alone matches everything, any other text without `:` nothing. Not a Record, because each
    command makes dozens of them.
    """

    __slots__ = ("_start", "operation", "service", "text")

    def __init__(self, text: str) -> None:
        service, colon, operation = text.partition(":")
        if not colon:
            service, operation = ("*", "*") if text.strip() == "*" else ("", "")
        self.text = text
        self.service = service.strip().lower()
        self.operation = fold(operation.strip())
        self._start = self.operation.partition("*")[0].partition("?")[0]

    def matches(self, services: Iterable[str], operation: str) -> bool:
        """Say whether it matches an operation (folded) of a service with these names."""
        if not operation.startswith(self._start):  # rules most patterns out at little cost
            return False
        return glob(self.operation, operation) and self.is_of(services)

    def is_of(self, services: Iterable[str]) -> bool:
        """Say whether it covers a service with these names."""
        return any(glob(self.service, service) for service in services)


def find_match(
    patterns: Sequence[Pattern], services: Sequence[str], operation: str
) -> Pattern | None:
    """Return the first pattern that matches an operation (folded) of a service."""
    return next((each for each in patterns if each.matches(services, operation)), None)


def fold(operation: str) -> str:
    """Return a name in lower case without `-`: `stopinstances` for both spellings."""
    return operation.replace("-", "").lower()


def glob(pattern: str, text: str) -> bool:
    """Match a text against a pattern with IAM's `*` and `?`."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    head, *rest = pattern.split("*")
    if not rest:
        return len(head) == len(text) and _fits(head, text, 0)
    tail = rest.pop()
    end = len(text) - len(tail)
    return (
        len(head) <= end
        and _fits(head, text, 0)
        and _fits(tail, text, end)
        and _holds_in_order(rest, text, len(head), end)
    )


def _holds_in_order(pieces: list[str], text: str, start: int, end: int) -> bool:
    for piece in pieces:
        while start + len(piece) <= end and not _fits(piece, text, start):
            start += 1
        start += len(piece)
        if start > end:
            return False
    return True


def _fits(piece: str, text: str, at: int) -> bool:
    """Say whether the text holds a piece, in which `?` is any character, at a position."""
    if "?" not in piece:
        return text.startswith(piece, at)
    part = text[at : at + len(piece)]
    return len(part) == len(piece) and all(
        wanted in ("?", found) for wanted, found in zip(piece, part, strict=True)
    )


class Listed(Record):
    """A command that `commands` lists: the program, its words in order, its options."""

    text: str
    program: str
    words: tuple[str, ...]
    options: tuple[str, ...]

    def matches(self, command: Sequence[str]) -> bool:
        """Say whether a command line is this command, without help or a dry run.

        Other options are skipped. The word after one may be its value or not; the reading that
        makes the command match counts.
        """
        if not command or base_name(command[0]).lower() != self.program:
            return False
        options = _find_options(command[1:])
        return (
            self._has_words(command[1:])
            and all(option in options for option in self.options)
            and not any(harmless in options for harmless in HARMLESS)
        )

    def _has_words(self, words: Iterable[str]) -> bool:
        """Say whether the words start with the listed ones, tracking every possible reading."""
        counts = {0}  # how many listed words have been read
        after_option = literal = False
        for word in words:
            if len(self.words) in counts or not counts:
                break
            if word[:1] == "-" and word != "-" and not literal:
                literal = word == "--"
                after_option = not literal and "=" not in word
                continue
            skipped = counts if after_option else set()
            counts = skipped | {count + 1 for count in counts if self.words[count] == word}
            after_option = False
        return len(self.words) in counts


def parse_command(text: str) -> Listed:
    """Parse an entry of `commands`; an empty one matches nothing."""
    words = text.split()
    program = base_name(words[0]).lower() if words else ""
    return Listed(
        text=text,
        program=program,
        words=tuple(word for word in words[1:] if word[:1] != "-"),
        options=tuple(word for word in words[1:] if word[:1] == "-"),
    )


def _find_options(words: Sequence[str]) -> set[str]:
    before = words[: words.index("--")] if "--" in words else words
    return {word for word in before if word[:1] == "-"}


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
        unlisted = Verdict(protected=False, rule=None, reason="the command is not listed")
        return _judge_listed(words, rules, unlisted)
    call = read_aws(words[cli_words:], aliases)
    if call.shell:
        return _judge_shell(call, rules, aliases)
    if call.service is None or call.operation is None:
        return _make_verdict(call, call.operation, UNTOUCHED, "it names no operation")
    if call.is_harmless():
        return _make_verdict(call, call.operation, UNTOUCHED, "it only shows help, or is a dry run")
    verdict = _judge_operations(call, rules)
    return verdict if verdict.protected else _judge_listed(words, rules, verdict)


def _judge_listed(words: Sequence[str], rules: Rules, verdict: Verdict) -> Verdict:
    ruling = rules.decide_command(words)
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
