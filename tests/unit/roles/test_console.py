"""The console's addresses, and the pages that may be opened in it."""

from __future__ import annotations

import pytest

from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.roles.console import find_console, login_url

CONSOLE = find_console("aws", "eu-west-1")


@pytest.mark.parametrize(
    ("partition", "region", "signin", "page"),
    [
        (
            "aws",
            "eu-west-1",
            "https://eu-west-1.signin.aws.amazon.com/federation",
            "https://console.aws.amazon.com/ec2/home?region=eu-west-1",
        ),
        (
            "aws",
            None,
            "https://signin.aws.amazon.com/federation",
            "https://console.aws.amazon.com/ec2/home",
        ),
        (
            "aws-cn",
            "cn-north-1",
            "https://signin.amazonaws.cn/federation",
            "https://console.amazonaws.cn/ec2/home?region=cn-north-1",
        ),
        (
            "aws-us-gov",
            "us-gov-west-1",
            "https://signin.amazonaws-us-gov.com/federation",
            "https://console.amazonaws-us-gov.com/ec2/home?region=us-gov-west-1",
        ),
        (
            "aws-eusc",
            "eusc-de-east-1",
            "https://signin.amazonaws-eusc.eu/federation",
            "https://console.amazonaws-eusc.eu/ec2/home?region=eusc-de-east-1",
        ),
    ],
)
def test_each_partition_has_its_own_hosts(
    partition: str, region: str | None, signin: str, page: str
) -> None:
    console = find_console(partition, region)
    assert (console.federation_url, console.page_of("ec2")) == (signin, page)


def test_without_a_service_the_console_itself_is_opened() -> None:
    assert CONSOLE.page_of(None) == "https://console.aws.amazon.com/console/home?region=eu-west-1"


def test_a_partition_without_a_known_console_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_console("aws-iso", "us-iso-east-1")
    assert caught.value.code == "no-console"


@pytest.mark.parametrize("region", ["evil.example/", "a@b", "EU-WEST-1", "", "x y", "eu.west"])
def test_a_malformed_region_is_refused(region: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_console("aws", region)
    assert caught.value.code == "bad-region"


@pytest.mark.parametrize("service", ["", "ec2/../x", "EC2", "s3?x", "http://x", "é"])
def test_an_unknown_service_is_refused(service: str) -> None:
    with pytest.raises(UsageError) as caught:
        CONSOLE.page_of(service)
    assert caught.value.code == "bad-service"


@pytest.mark.parametrize(
    "url",
    [
        "https://console.aws.amazon.com/",
        "https://console.aws.amazon.com",
        "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:",
        "https://s3.console.aws.amazon.com/s3/buckets/b",
    ],
)
def test_pages_of_the_console_are_destinations(url: str) -> None:
    assert CONSOLE.check_destination(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ec2",
        "console.aws.amazon.com/ec2",
        "http://console.aws.amazon.com/",
        "javascript://console.aws.amazon.com/",
        "https://console.aws.amazon.com.evil.example/",
        "https://evil.example/console.aws.amazon.com",
        "https://evilconsole.aws.amazon.com/",
        "https://.console.aws.amazon.com/",
        "https://a..console.aws.amazon.com/",
        "https://console.aws.amazon.com@evil.example/",
        "https://evil.example\\.console.aws.amazon.com/",
        "https://evil.example#.console.aws.amazon.com/",
        "https://user@console.aws.amazon.com/",
        "https://user:p@x.console.aws.amazon.com/",
        "https://console.aws.amazon.com:8443/",
        "https://console.amazonaws.cn/",
        "https://console.aws.amazon.com/\n",
        "https://console.aws.amazon.com/ x",
        "https://cons\u00f6le.aws.amazon.com/",
        "https://[console.aws.amazon.com/",
    ],
)
def test_other_urls_are_refused_as_destinations(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        CONSOLE.check_destination(url)
    assert caught.value.code == "bad-destination"


def test_a_destination_is_quoted_in_the_login_url() -> None:
    url = login_url("https://host/federation", "https://d/?a=b&SigninToken=c#e", "t+/=")
    assert url == (
        "https://host/federation?Action=login&Issuer=mfa-session"
        "&Destination=https%3A%2F%2Fd%2F%3Fa%3Db%26SigninToken%3Dc%23e&SigninToken=t%2B%2F%3D"
    )
