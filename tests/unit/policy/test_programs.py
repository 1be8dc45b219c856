"""Programs are told from people by their names, where both have users and groups."""

from __future__ import annotations

import pytest

from mfa_session.policy.programs import is_of_a_program, may_be_a_program, may_be_of_a_program


@pytest.mark.parametrize(
    "name",
    ["svc-mailer", "backup-agent", "ci", "CiGroup", "CIUsers", "ServiceAccounts", "bots",
     "deploy_bot", "BotGroup", "deployers", "machine-users", "JenkinsGroup", "gitlabci", "runner2",
     "GitHubActions"],
)  # fmt: skip
def test_words_of_programs_stand_apart_or_in_one(name: str) -> None:
    assert is_of_a_program(name)
    assert may_be_of_a_program(name)
    assert may_be_a_program(name)


@pytest.mark.parametrize("name", ["terraform-admin", "JenkinsOperator", "AgentSmith", "cd.fox"])
def test_who_may_be_a_person_is_neither_asked_for_mfa_nor_said_to_be_a_program(name: str) -> None:
    assert not is_of_a_program(name)
    assert may_be_of_a_program(name)


@pytest.mark.parametrize(
    "name",
    ["s3-uploader", "s3uploader", "ses-smtp-user.20230101-101010", "smtp", "app", "cert-manager",
     "external-dns", "log-shipper", "rds-exporter", "route53-dns01", "travis", "monitor1"],
)  # fmt: skip
def test_a_task_tells_of_a_user_and_not_of_a_group(name: str) -> None:
    assert may_be_a_program(name)
    assert not may_be_of_a_program(name)


@pytest.mark.parametrize(
    "name",
    ["customer-service", "service-desk", "ServiceDesk", "SupportAgents", "TerraformAdmins",
     "ci-team", "MachineLearning", "platform-services", "Developers", "ann@service.example",
     "travis.fox", "h.brunner", "p.townsend", "abbot", "system-admin"],
)  # fmt: skip
def test_people_are_no_programs(name: str) -> None:
    assert not may_be_of_a_program(name)
    assert not may_be_a_program(name)
