"""Find actions and services that AWS does not list, and guess what was meant.

The operations of the installed botocore complete the list, so that an upgrade of boto3 keeps it
current.
"""

from __future__ import annotations

import difflib
import fnmatch
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from mfa_session.model.feature_ports import Unlisted
from mfa_session.policy.action_names import BY_METHOD, CALLS, METHODS, MISNOMERS, SYNONYMS
from mfa_session.policy.patterns import WILDCARDS

# Other texts are placeholders, or a template's functions.
_FORM = re.compile(r"(?P<service>[A-Za-z0-9-]+):(?P<name>[A-Za-z0-9*?_-]+)", re.ASCII)
_HOST = re.compile(r"(?<=[A-Za-z0-9])\.amazonaws\.com(?:\.cn)?(?=:)")  # as CloudTrail has it
_SEPARATOR = re.compile("[_-]")
_verb = re.compile("[A-Z][a-z]+").match
_TELLING = 10  # letters; a shorter name matches another service's by chance
_VERY_ALIKE, _ALIKE = 0.8, 0.6  # of the letters
# Of so many names that are not listed, what was meant is sought; of others not, since it is slow.
_MOST_UNLISTED = 1000
_MOST_COMPARED = 50  # names compared with all others, which is slow


class AwsNames:
    """Looks up actions by service and name, and guesses what unlisted ones mean."""

    def __init__(
        self,
        services: Iterable[str],
        actions_of: Callable[[str], Iterable[str]],
        installed: Callable[[str], Iterable[str]],
        prefixes: Mapping[str, str],
    ) -> None:
        """Take AWS's lists; `prefixes` maps the AWS CLI's names of services to IAM's prefixes.

        `installed` returns botocore's operations of the services with a prefix.
        """
        self._services = NameList(services)
        self._actions_of = functools.cache(lambda service: NameList(actions_of(service)))
        self._installed = functools.cache(lambda prefix: NameList(installed(prefix)))
        self._prefixes = prefixes
        self._judged = functools.cache(self._judge)
        self._unlisted = self._compared = 0

    def spelled(self, action: str) -> str | None:
        """See AwsNames."""
        service, _, name = action.lower().partition(":")
        return _joined(service, self._actions_of(service).spelled.get(name))

    def look_up(self, action: str) -> Unlisted | None:
        """See AwsNames."""
        return self._judged(action)

    def _judge(self, action: str) -> Unlisted | None:
        plain = _HOST.sub("", action)
        found = _FORM.fullmatch(plain)
        if found is None:
            return None
        if plain != action:
            return Unlisted(action=action, meant=self.spelled(plain) or plain, sure=True)
        service, name = found["service"].lower(), found["name"]
        if _SEPARATOR.search(name):  # the CLI's spelling, or a placeholder
            joined = self.spelled(f"{service}:{_SEPARATOR.sub('', name)}")
            return Unlisted(action=action, meant=joined, sure=True) if joined else None
        if self._knows(service, name):
            return None
        self._unlisted += 1
        meant = self._surely_meant(service, name) if self._unlisted < _MOST_UNLISTED else None
        likely = None if meant else self._likely_meant(service, name)
        return Unlisted(action=action, meant=meant or likely, sure=bool(meant))

    def _knows(self, service: str, name: str) -> bool:
        known = self._actions_of(service)
        if not known and service in self._services.spelled:
            return True  # a service without listed actions
        is_named_otherwise = (
            service in self._prefixes
            or service in BY_METHOD
            or f"{service}:{name.lower()}" in CALLS
        )
        return known.has(name) or (not is_named_otherwise and self._installed(service).has(name))

    def _surely_meant(self, service: str, name: str) -> str | None:
        known = self._actions_of(service)
        plain = f"{service}:{name.lower()}"
        return (
            CALLS.get(plain)
            or MISNOMERS.get(plain)
            or self._under_another_prefix(service, name)
            or _joined(service, known.slip(name) or known.with_synonym(name))
            or (_joined(service, _method_of(name)) if service in BY_METHOD else None)
        )

    def _likely_meant(self, service: str, name: str) -> str | None:
        if self._compared == _MOST_COMPARED:
            return None
        self._compared += 1
        near = self._actions_of(service).alike(name)
        verb, its_verb = _verb(name), near and _verb(near)
        if verb and its_verb and _alikeness(verb[0], its_verb[0]) < _VERY_ALIKE:
            near = None  # another verb does something else
        if near and _alikeness(name, near) >= _VERY_ALIKE:
            return f"{service}:{near}"
        return self._only_one_of(name) or _joined(service, near)

    def _under_another_prefix(self, service: str, name: str) -> str | None:
        """Return the action under IAM's prefix for the CLI's or a misspelt service name."""
        slip = None if service in self._services.spelled else self._services.slip(service)
        for prefix in (self._prefixes.get(service), slip):
            if prefix and self._actions_of(prefix) and self._knows(prefix, name):
                return f"{prefix}:{self._actions_of(prefix).spelled.get(name.lower(), name)}"
        return None

    @cached_property
    def _services_with(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for service in self._services.spelled:
            for name in self._actions_of(service).spelled:
                found.setdefault(name, []).append(service)
        return found

    def _only_one_of(self, name: str) -> str | None:
        services = self._services_with.get(name.lower(), ()) if len(name) >= _TELLING else ()
        return self.spelled(f"{services[0]}:{name}") if len(services) == 1 else None


def _method_of(name: str) -> str | None:
    verb = _verb(name)
    return METHODS.get(verb[0].lower()) if verb else None


def _joined(service: str, name: str | None) -> str | None:
    return name and f"{service}:{name}"


_SHORTEST = 5  # letters; a shorter name is a slip away from too many others


class NameList:
    """Names without regard to case; look-ups in a large list are as fast as in a small one."""

    def __init__(self, names: Iterable[str]) -> None:
        self.spelled = {name.lower(): name for name in names}

    def __bool__(self) -> bool:
        """Whether there is a name."""
        return bool(self.spelled)

    def has(self, name: str) -> bool:
        """Say whether a name is in the list, or a pattern matches one."""
        plain = name.lower()
        if not WILDCARDS.search(plain):
            return plain in self.spelled
        return bool(fnmatch.filter(self.spelled, plain))  # it does not backtrack

    def slip(self, name: str) -> str | None:
        """Return a name one slip away: a letter added, missing, replaced or misplaced.

        A pattern has one only if its only wildcard is at its end.
        """
        plain = name.lower()
        start = plain.removesuffix("*")
        if len(start) < _SHORTEST or WILDCARDS.search(start):
            return None
        if start == plain:
            near = _first(plain, self._by_shortened)
            return self.spelled[near] if near else None
        lengths = range(len(start) - 1, len(start) + 2)
        starts = {name[:each] for name in self.spelled for each in lengths if len(name) >= each}
        near = _first(start, _shortened_from(starts))
        return self.spelled[self._begun(near)[0]][: len(near)] + "*" if near else None

    def alike(self, name: str) -> str | None:
        """Return the most similar name, if enough of the letters are alike.

        For a pattern, prefer a name with the same beginning.
        """
        plain = WILDCARDS.sub("", name.lower())
        if len(plain) < _SHORTEST:
            return None
        start = WILDCARDS.split(name.lower(), maxsplit=1)[0]
        begun = self._begun(start) if start not in {"", plain} else []
        near = _most_alike(plain, begun or self.spelled, 0 if begun else _ALIKE)
        return self.spelled[near] if near else None

    def with_synonym(self, name: str) -> str | None:
        """Return the only name of the same noun with another verb for the same thing."""
        verb = _verb(name)
        if verb is None or WILDCARDS.search(name):
            return None
        start, noun = verb[0].lower(), name[verb.end() :].lower()
        others = {each for verbs in SYNONYMS if start in verbs for each in verbs - {start}}
        found = self.spelled.keys() & {f"{each}{noun}{end}" for each in others for end in ("", "s")}
        return self.spelled[found.pop()] if len(found) == 1 else None

    @cached_property
    def _by_shortened(self) -> dict[str, str]:
        return _shortened_from(self.spelled)

    def _begun(self, start: str) -> list[str]:
        return sorted(each for each in self.spelled if each.startswith(start))


def _most_alike(name: str, others: Iterable[str], least: float) -> str | None:
    """Return the name of which most letters are alike, but not less than this part of them.

    As difflib's get_close_matches does, which compares all names with the least.
    """
    best, most, matcher = None, least, difflib.SequenceMatcher(None, "", name)
    for other in others:
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() >= most and matcher.quick_ratio() >= most:
            alike = matcher.ratio()
            if alike >= most and (best is None or (alike, other) > (most, best)):
                best, most = other, alike
    return best


def _alikeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio()


def _shortened_from(names: Iterable[str]) -> dict[str, str]:
    return {each: name for name in names for each in _shortened(name)}


def _shortened(name: str) -> Iterator[str]:
    yield name
    for at in range(len(name)):
        yield name[:at] + name[at + 1 :]


def _first(name: str, by_shortened: dict[str, str]) -> str | None:
    """Return a name that equals this one without at most a letter of each."""
    return next((by_shortened[each] for each in _shortened(name) if each in by_shortened), None)
