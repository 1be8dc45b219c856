"""Where the console is, by partition, and what may be opened in it (IAM guide, custom URLs)."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.model.record import Record

ISSUER = "mfa-session"
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


class Hosts(Record):
    """The hosts of a partition; `regional` says that its sign-in has one for each region."""

    signin: str
    console: str
    regional: bool = False


_HOSTS = {
    "aws": Hosts(signin="signin.aws.amazon.com", console="console.aws.amazon.com", regional=True),
    "aws-cn": Hosts(signin="signin.amazonaws.cn", console="console.amazonaws.cn"),
    "aws-us-gov": Hosts(
        signin="signin.amazonaws-us-gov.com", console="console.amazonaws-us-gov.com"
    ),
    "aws-eusc": Hosts(signin="signin.amazonaws-eusc.eu", console="console.amazonaws-eusc.eu"),
}


class ConsoleAddresses(Record):
    """The console of one partition, as seen from one region (None: the partition's usual one)."""

    hosts: Hosts
    region: str | None

    @property
    def federation_url(self) -> str:
        """The endpoint that signs in."""
        at = f"{self.region}." if self.region and self.hosts.regional else ""
        return f"https://{at}{self.hosts.signin}/federation"

    def page_of(self, service: str | None) -> str:
        """Return the URL of a service's page, by the name it has in the console's URLs."""
        if service is not None and not _is_name(service):
            raise UsageError(
                "bad-service",
                f"{service!r} is not a service",
                "give the name that stands in the console's URL, such as ec2, s3 or cloudformation",
            )
        query = f"?{urlencode({'region': self.region})}" if self.region else ""
        return f"https://{self.hosts.console}/{service or 'console'}/home{query}"

    def check_destination(self, url: str) -> str:
        """Return a URL of this console; refuse anything else, where a sign-in must not lead."""
        host = self.hosts.console
        try:
            parts = urlsplit(url)
            at = f"{parts.scheme}://{parts.netloc}"
        except ValueError:
            at = ""
        leads_here = at == f"https://{host}" or (
            at.startswith("https://")
            and at.endswith(f".{host}")
            and _is_host(at[len("https://") :])
        )
        if not leads_here or not (url.isascii() and url.isprintable()) or " " in url:
            raise UsageError(
                "bad-destination",
                f"{url!r} is no page of AWS's console",
                f"give a URL that begins with https://{host}/ or https://REGION.{host}/",
            )
        return url


def find_console(partition: str, region: str | None) -> ConsoleAddresses:
    """Return the console of a partition. ConfigurationError where none is known, or no region is.

    The region becomes part of a host's name: only letters, digits and hyphens are one.
    """
    hosts = _HOSTS.get(partition)
    if hosts is None:
        raise ConfigurationError(
            "no-console",
            f"mfa-session does not know where the console of partition {partition!r} is",
            "open it as the partition's administrators say",
        )
    if region is not None and not _is_name(region):
        raise ConfigurationError(
            "bad-region",
            f"{region!r} is not a region",
            "correct AWS_REGION or the profile's region; one looks like eu-west-1",
        )
    return ConsoleAddresses(hosts=hosts, region=region)


def login_url(federation_url: str, destination: str, token: str) -> str:
    """Return the URL that signs a browser in, once, within 15 minutes. It is a secret."""
    words = {
        "Action": "login",
        "Issuer": ISSUER,
        "Destination": destination,
        "SigninToken": token,
    }
    return f"{federation_url}?{urlencode(words)}"


def _is_name(text: str) -> bool:
    return bool(text) and _NAME.issuperset(text)


def _is_host(text: str) -> bool:
    return all(_is_name(label) for label in text.split("."))
