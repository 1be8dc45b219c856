"""Which users, groups and roles are of programs, by their names: programs have no MFA device."""

from __future__ import annotations

import re

between_words = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])").sub
_PRODUCTS = (
    "airflow|ansible|argocd|buildkite|circleci|cloudhealth|datadog|fivetran|github|gitlab|grafana"
    "|heroku|jenkins|logstash|nagios|packer|prometheus|splunk|terraform|veeam|velero|wordpress|zabbix"
)


def _has_one_of(words: str) -> re.Pattern[str]:
    """Return what finds a word among those of a name, which may have an `s` or a number."""
    return re.compile(rf"(?:^|[-_.])(?:{words})s?[0-9]*(?:$|[-_.])", re.IGNORECASE)


_of_a_program = _has_one_of(
    "agent|backup|bot|cd|ci|daemon|deployer|machine(?!-learning)|mailer|pipeline|robot|runner|service(?!s)|svc"
    rf"|(?:{_PRODUCTS})-?(?:actions?|cd|ci|cloud)?"
).search
# A user has these words because of a task; a group of people may have them, too: `monitoring`.
_of_a_task = _has_one_of(
    r"api|app|application|automation|cert-manager|codecommit|deploy|deployment|dns|export|exporter"
    r"|external-dns|fluentbit|fluentd|import|importer|integration|lambda|loki|monitor|monitoring"
    r"|publisher|rds|route53|scanner|sender|ses|sftp|shipper|smtp|sqs|sync|system|upload"
    r"|\w*uploader|vpn"
).search
# The whole name: other words beside these tell of people (`pipeline-approver`, `jenkins-console`).
_of_a_pipeline = re.compile(
    "(?:[a-z0-9]+-){0,2}?(?:ci-?cd|code-?(?:build|pipeline)|(?:circle|travis)-?ci|buildkite"
    "|github-?actions?|gitlab(?:-?(?:ci|runner))?|jenkins)"
    "(?:-(?:agent|build|builder|ci|deploy|deployer|deployment|dev|execution|pipeline|prod|production|role"
    "|runner|service|stage|staging|test|worker))*",
    re.IGNORECASE,
).fullmatch
_is_taken_by_people = re.compile("admin|human|people|staff|team|user", re.IGNORECASE).search
_of_travis = re.compile("travis(-?ci)?", re.IGNORECASE).fullmatch  # which is a first name, too
_of_people = re.compile(
    "(?:center|client|customer|field|sales|support)[-_.]?(?:agent|service)|service[-_.]?desk|teams?$"
    "|(?:admin|administrator|developer|engineer|manager|operator|owner)s$",
    re.IGNORECASE,
).search
_may_be_of_people = re.compile(
    r"^agent[-_.]|^(?:cd|ci|[a-z])\.[a-z]+$|admin|engineer|(?<!cert-)manager|operator",
    re.IGNORECASE,
).search
# What a file of the policy of a program is called; `service` is in many other names.
is_a_program_s_file = re.compile(
    r"(?:[0-9]+[-_])?svc[-_](?!.*(?:admin|catalog|console|control|desk|develop|engineer|manager|operator"
    r"|owner|people|team|user))\w.*",
    re.IGNORECASE,
).fullmatch
# A path or a tag of programs: `user/machines/*`, `kind` = `service`.
of_programs = re.compile(
    "(?:^|[/_-])(?:app|automation|bot|ci|machine|program|robot|service|svc|system)s?(?:$|[/_-])",
    re.IGNORECASE,
).search


# A path of people: `role/people/cicd`.
of_people = re.compile("/(?:human|people|person|staff|user)s?/", re.IGNORECASE).search


def is_of_a_program(name: str) -> bool:
    """Say whether a user or group is of a program, such as `svc-mailer` or `CiUsers`."""
    return may_be_of_a_program(name) and not any(map(_may_be_of_people, _readings(name)))


def may_be_of_a_program(name: str) -> bool:
    """Say the same also where people may care for the program: `terraform-admin`."""
    return any(_of_a_program(each) and not _of_people(each) for each in _readings(name))


def may_be_a_program(user: str) -> bool:
    """Say whether a user may be a program, by a task or a service as well: `s3-uploader`."""
    by_task = any(map(_of_a_task, _readings(user))) and not _may_be_of_people(user)
    return by_task or may_be_of_a_program(user) or bool(_of_travis(user))


def is_of_a_pipeline(role: str) -> bool:
    """Say whether pipelines take a role, by its name, such as `cicd-deploy`."""
    words = between_words("-", role).replace("_", "-").replace(".", "-")
    named = any(map(_of_a_pipeline, (words, role)))
    return named and not (_may_be_of_people(role) or _is_taken_by_people(role))


def _readings(name: str) -> tuple[str, str]:
    """Return a name, or what precedes the `@`, with its words apart and as it is: `Ci-Users`."""
    plain = name.partition("@")[0]
    return between_words("-", plain), plain
