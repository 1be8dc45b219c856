"""`console`: sign a browser in to the AWS web console with a role session."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from mfa_session.model.arns import REGION_CHARACTERS, parse_arn, region_for
from mfa_session.model.errors import ConfigurationError, RefusedError, UsageError
from mfa_session.model.feature_ports import Browser
from mfa_session.model.ports import Caller
from mfa_session.model.record import Record, Result
from mfa_session.model.session import Secret, Session
from mfa_session.model.settings import CHAINED_LIMIT_SECONDS, SessionOptions, Settings
from mfa_session.model.times import format_duration
from mfa_session.session.acquire import acquire_for_program
from mfa_session.session.context import Context, Inputs, read_inputs
from mfa_session.session.environment import first_region
from mfa_session.session.resolve import resolve


class Options(Record):
    """The options of `console`."""

    session: SessionOptions
    service: str | None = None
    destination: str | None = None
    print: bool = False


_DOMAINS = {
    "aws": "aws.amazon.com",
    "aws-cn": "amazonaws.cn",
    "aws-us-gov": "amazonaws-us-gov.com",
    "aws-eusc": "amazonaws-eusc.eu",
}


class ConsoleAddresses(Record):
    """The addresses of a partition's console, in a region or (None) the partition's default."""

    domain: str
    region: str | None

    @property
    def federation_url(self) -> str:
        """The federation endpoint; only the partition `aws` has one in each region."""
        at = f"{self.region}." if self.region and self.domain == _DOMAINS["aws"] else ""
        return f"https://{at}signin.{self.domain}/federation"

    def page_of(self, service: str | None) -> str:
        """Return the URL of a service's page, by the service's name in console URLs."""
        if service is not None and not _is_name(service):
            raise UsageError(
                "bad-service",
                f"{service!r} is not a service",
                "give the name in the console's URL, such as ec2, s3 or cloudformation",
            )
        query = f"?{urlencode({'region': self.region})}" if self.region else ""
        return f"https://console.{self.domain}/{service or 'console'}/home{query}"

    def check_destination(self, url: str) -> str:
        """Return a URL of this console; UsageError `bad-destination` for any other URL."""
        host = f"console.{self.domain}"
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        leads_here = (
            parts.scheme == "https"
            and f".{parts.netloc}".endswith(f".{host}")
            and all(map(_is_name, parts.netloc.split(".")))
        )
        if not leads_here or not (url.isascii() and url.isprintable()) or " " in url:
            raise UsageError(
                "bad-destination",
                f"{url!r} is not a page of AWS's console",
                f"give a URL that begins with https://{host}/ or https://REGION.{host}/",
            )
        return url


def run(options: Options, ctx: Context) -> Result:
    """Get the role session, exchange it for a sign-in URL, and open or print the URL."""
    if options.service and options.destination:
        raise UsageError(
            "service-or-destination",
            "--service and --destination both say which page to open",
            "give one of them",
        )
    inputs = read_inputs(ctx, options.session.replace(keeps_role=True))
    settings = resolve(inputs)
    console = _console_of(settings, inputs)
    if options.destination is None:
        page = console.page_of(options.service)
    else:
        page = console.check_destination(options.destination)
    browser = None if options.print else _browser(ctx)
    session = acquire_for_program(options.session, ctx).session
    url = _login_url(session, settings, console, page, ctx)
    if browser is None:
        return Result(data={}, lines=(url.reveal(),), cuts_lines=False)
    browser.open(url)
    left = format_duration(session.seconds_left(ctx.clock.now()) or 0)
    ctx.console.say(f"the browser is signed in to the console as {session.role_arn}, for {left}")
    return Result(data={})


def _console_of(settings: Settings, inputs: Inputs) -> ConsoleAddresses:
    arn = parse_arn(settings.role_arn or "")
    if arn is None:
        others = _roles_in(inputs)
        hint = "get a role session: `mfa-session login --profile NAME --role-arn ARN`"
        if others:
            hint = f"use a role session ({', '.join(others)})"
        raise ConfigurationError(
            "console-needs-role",
            f"session {settings.name!r} is an MFA session: AWS signs only role sessions in to the "
            "console",
            hint,
            add=("--profile", others[0]) if others else (),
        )
    region = first_region(inputs.environ, asked=None, from_files=settings.kept_region)
    return find_console(arn.partition, region_for(region, settings.role_arn))


def _roles_in(inputs: Inputs) -> list[str]:
    described = [name for name, table in inputs.file.sessions.items() if table.get("role_arn")]
    stored = [session.name for session in inputs.sessions() if session.role_arn]
    profiles = [name for name, section in inputs.profiles.sections() if section.get("role_arn")]
    return list(dict.fromkeys((*described, *stored, *profiles)))


def _browser(ctx: Context) -> Browser:
    browser = ctx.make.browser()
    if browser is None:
        raise ConfigurationError(
            "no-browser",
            "there is no browser on this machine",
            "print the URL, and open it elsewhere",
            add=("--print",),
        )
    return browser


def _login_url(
    session: Session, settings: Settings, console: ConsoleAddresses, page: str, ctx: Context
) -> Secret:
    federation = ctx.make.federation()
    caller = Caller(keys=session.keys, profile=settings.source.profile, region=settings.region)
    url = federation.url_for(caller, console.federation_url)
    ctx.console.detail(f"signin:getSigninToken at {url} for {session.role_arn}")
    token = federation.signin_token(caller, url, _console_seconds(session, settings))
    if token is None:
        raise RefusedError(
            "console-refused",
            f"AWS's sign-in refused the session of {session.role_arn}",
            f"renew the session, then try again: `{settings.login_command} --force`",
        )
    return Secret(login_url(url, page, token.reveal()))


def _console_seconds(session: Session, settings: Settings) -> int | None:
    """Return the duration of the console's session; None for that of the role session.

    AWS accepts a duration only for a role assumed from long-term keys. A session of over an hour is
    certainly such a one: from another session a role lasts an hour at most.
    """
    is_direct = (session.duration_seconds or 0) > CHAINED_LIMIT_SECONDS
    return settings.duration if settings.duration_is_explicit and is_direct else None


def find_console(partition: str, region: str | None) -> ConsoleAddresses:
    """Return the console of a partition; ConfigurationError `no-console` or `bad-region`.

    The region becomes part of a host name, so it may have only letters, digits and hyphens.
    """
    domain = _DOMAINS.get(partition)
    if domain is None:
        raise ConfigurationError(
            "no-console",
            f"mfa-session does not know the console's address in partition {partition!r}",
            "ask the partition's administrators for it",
        )
    if region is not None and not _is_name(region):
        raise ConfigurationError(
            "bad-region",
            f"{region!r} is not a region",
            "correct AWS_REGION or the profile's region; one looks like eu-west-1",
        )
    return ConsoleAddresses(domain=domain, region=region)


def login_url(federation_url: str, destination: str, token: str) -> str:
    """Return the secret URL that signs a browser in once, within 15 minutes."""
    words = {
        "Action": "login",
        "Issuer": "mfa-session",
        "Destination": destination,
        "SigninToken": token,
    }
    return f"{federation_url}?{urlencode(words)}"


def _is_name(text: str) -> bool:
    return bool(text) and REGION_CHARACTERS.issuperset(text)
