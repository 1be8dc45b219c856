"""The table of AWS's and botocore's errors and what they mean here. `errors` applies it.

The first row that fits counts. Texts match loosely, since their punctuation varies between services
(AWS STS and IAM API references, "Errors" and "Common Errors"). The request fills in blanks such as
{serial}.
"""

from __future__ import annotations

from botocore import exceptions

from mfa_session.model.arns import ASK_IAM
from mfa_session.model.errors import (
    CodeRejectedError,
    ConfigurationError,
    MfaSessionError,
    NoMfaError,
    RefusedError,
    UnreachableError,
)
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.aws.request import AwsRequest

    Kinds = type[Exception] | tuple[type[Exception], ...]

_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_UNKNOWN_KEY = ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId")
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_THROTTLED = (
    "Throttling",
    "ThrottlingException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
)
_EXISTS = ("EntityAlreadyExists", "EntityAlreadyExistsException")
_QUOTA = ("LimitExceeded", "LimitExceededException")
_NO_SUCH = ("NoSuchEntity", "NoSuchEntityException")
_WRONG_CODES = ("InvalidAuthenticationCode", "InvalidAuthenticationCodeException")
_BUSY = ("EntityTemporarilyUnmodifiable", "ConcurrentModification")
_ROLE_HINT = (
    "check the ARN; then both sides: your own policies must allow sts:AssumeRole on it, and the "
    "role's trust policy must name you, with its external id and MFA conditions met"
)


class Meaning(Record):
    """A row: AWS's codes, further conditions, and our error with blanks.

    `says` occurs in the text, in lower case, and `operation` in the operation's name; `has` names
    a property of the request that must be true; `resent` demands a request sent more than once.
    """

    codes: tuple[str, ...]
    says: str = ""
    operation: str = ""
    has: str = ""
    resent: bool = False
    error: MfaSessionError

    def fits(self, code: str, text: str, request: AwsRequest, *, resent: bool) -> bool:
        """Say whether the row fits an error of AWS."""
        return (
            code in self.codes
            and self.says in text.lower()
            and self.operation in request.operation
            and (not self.has or bool(getattr(request, self.has)))
            and (resent or not self.resent)
        )


ANSWERS: tuple[Meaning, ...] = (
    Meaning(
        codes=_DENIED,
        says="one time pass code",
        resent=True,
        error=CodeRejectedError(
            "code-rejected",
            "AWS's answer to the code for {serial} was lost on the way, and AWS accepts no code "
            "twice",
            "the code is used up: wait for the next one",
        ),
    ),
    Meaning(
        codes=_DENIED,
        says="one time pass code",
        error=CodeRejectedError(
            "code-rejected",
            "AWS rejected the code for {serial}",
            "a code works once: wait for the next one; if that fails too, "
            "check that it is this device's, and the phone's clock",
        ),
    ),
    Meaning(
        codes=_DENIED,
        says="unable to validate mfa code",
        error=ConfigurationError(
            "wrong-serial",
            "AWS does not know {serial} as an MFA device of this key's user",
            f"{ASK_IAM}, or see `mfa-session device list`",
        ),
    ),
    Meaning(
        codes=_DENIED,
        says="with session credentials",
        error=ConfigurationError(
            "temporary-source",
            "{key} is a session's key; AWS gives MFA sessions to long-term keys only",
            "name the profile that holds your access key (AKIA…): --source-profile NAME",
        ),
    ),
    Meaning(
        codes=_DENIED,
        says="identity-based policy",
        has="role_arn",
        error=RefusedError(
            "role-refused",
            "AWS did not let {key} assume {role_arn}: your own policies do not allow it",
            "ask your administrator to allow sts:AssumeRole on this role for your user",
        ),
    ),
    Meaning(
        codes=_DENIED,
        says="resource-based policy",
        has="role_arn",
        error=RefusedError(
            "role-refused",
            "AWS did not let {key} assume {role_arn}: its trust policy does not allow it",
            "the role's trust policy must name you, with its external id and MFA conditions met",
        ),
    ),
    Meaning(
        codes=_DENIED,
        has="is_role_from_session",
        error=RefusedError(
            "role-refused",
            "AWS did not let {key} assume {role_arn}",
            _ROLE_HINT + "; if the trust policy limits the MFA's age, renew the MFA session first: "
            "`{login}`",
        ),
    ),
    Meaning(
        codes=_DENIED,
        has="role_arn",
        error=RefusedError("role-refused", "AWS did not let {key} assume {role_arn}", _ROLE_HINT),
    ),
    Meaning(
        codes=_DENIED,
        operation="ListMFADevices",
        error=RefusedError(
            "not-authorized",
            "{key} is not allowed {action}",
            "ask your administrator to allow {action} for your own user, "
            "or name the device to log in",
            add=("--mfa-serial", "SERIAL"),
        ),
    ),
    *(
        Meaning(
            codes=_DENIED,
            operation=operation,
            has="is_long_term",
            error=RefusedError(
                "not-authorized",
                "{key} is not allowed {action}",
                "ask your administrator to allow {action} for your own user; "
                "if it is allowed only with MFA, log in first: `mfa-session login`",
            ),
        )
        for operation in ("AccessKey", "MFADevice")
    ),
    Meaning(
        codes=_DENIED,
        error=RefusedError(
            "not-authorized",
            "{key} is not allowed {action}",
            "ask your administrator to allow {action} for your own user",
        ),
    ),
    Meaning(
        codes=("ValidationError",),
        says="maxsessionduration",
        error=ConfigurationError(
            "duration-above-role-maximum",
            "the duration exceeds the maximum that {role_arn} allows",
            "raise the role's maximum session duration, or ask for less",
            add=("--duration", "1h"),
        ),
    ),
    Meaning(
        codes=("ValidationError",),
        says="role chaining",
        error=ConfigurationError(
            "duration-out-of-range",
            "a role reached from another session lasts 1 h at most",
            "ask for 1h or less",
            add=("--duration", "1h"),
        ),
    ),
    Meaning(
        codes=("ValidationError",),
        says="durationseconds",
        error=ConfigurationError(
            "duration-out-of-range", "AWS does not allow that duration", "give another --duration"
        ),
    ),
    Meaning(
        codes=("ValidationError",),
        says="tokencode",
        error=NoMfaError("bad-code", "AWS does not accept that as a code", "a code is six digits"),
    ),
    Meaning(
        codes=("ValidationError",),
        error=RefusedError(
            "refused-by-aws",
            "AWS refused {action}: {text}",
            "correct the setting that AWS names",
        ),
    ),
    Meaning(
        codes=_UNKNOWN_KEY,
        has="is_long_term",
        error=RefusedError(
            "invalid-key",
            "AWS does not know the access key {key}: deleted, inactive, or of another partition",
            "check it in the console (IAM, your user, Security credentials), and the region",
        ),
    ),
    Meaning(
        codes=_UNKNOWN_KEY,
        error=RefusedError(
            "invalid-key",
            "AWS does not accept the session key {key_id}",
            "renew it: `{login}`",
        ),
    ),
    Meaning(
        codes=("SignatureDoesNotMatch",),
        error=RefusedError(
            "wrong-secret-key",
            "the secret access key of {key} does not belong to that key id",
            "store the right pair with `aws configure`",
        ),
    ),
    Meaning(
        codes=_EXPIRED,
        error=NoMfaError(
            "session-expired",
            "AWS says the session of {key} has expired",
            "run `{login}`",
        ),
    ),
    Meaning(
        codes=("RegionDisabledException",),
        error=RefusedError(
            "region-disabled",
            "STS is switched off in region {region} for this account",
            "use another",
            add=("--region", "us-east-1"),
        ),
    ),
    Meaning(
        codes=_THROTTLED,
        error=RefusedError(
            "throttled", "AWS throttles {action}: too many requests", "try again in a minute"
        ),
    ),
    Meaning(
        codes=_EXISTS,
        operation="CreateVirtualMFADevice",
        error=ConfigurationError(
            "device-exists",
            "an MFA device named '{serial}' exists in the account already",
            "give yours another name",
        ),
    ),
    Meaning(
        codes=(*_EXISTS, "DeleteConflict", "DeleteConflictException"),
        error=ConfigurationError(
            "device-in-use", "{serial} is enabled for a user", "see `mfa-session device list`"
        ),
    ),
    Meaning(
        codes=_QUOTA,
        operation="AccessKey",
        error=RefusedError(
            "two-keys",
            "the user of {key} has two access keys, and AWS allows no more",
            "see `mfa-session keys list --online`, and delete the unused one",
        ),
    ),
    Meaning(
        codes=_NO_SUCH,
        operation="AccessKey",
        has="asked_key_id",
        error=ConfigurationError(
            "no-such-key",
            "AWS knows no access key {asked_key_id} of your user",
            "see `mfa-session keys list --online`",
        ),
    ),
    Meaning(
        codes=_QUOTA,
        error=RefusedError(
            "device-quota",
            "AWS allows no more MFA devices: a user has eight at most, "
            "and an account has a limit, too",
            "remove an unused one: `mfa-session device list`, `mfa-session device remove SERIAL`",
        ),
    ),
    Meaning(
        codes=_NO_SUCH,
        says="the user with name",
        error=RefusedError(
            "no-such-user",
            "AWS does not know the user of {key}",
            "has it been deleted or renamed? see `aws sts get-caller-identity`",
        ),
    ),
    Meaning(
        codes=_NO_SUCH,
        error=ConfigurationError(
            "no-such-device",
            "AWS knows no MFA device {serial} of your user",
            "see `mfa-session device list`",
        ),
    ),
    Meaning(
        codes=_WRONG_CODES,
        error=NoMfaError(
            "codes-rejected",
            "AWS rejected the two codes of {serial}",
            "they must be two consecutive, unused codes of this device; "
            "check the phone's clock, then try with the next two",
        ),
    ),
    Meaning(
        codes=_BUSY,
        has="serial",
        error=RefusedError(
            "device-busy", "AWS is still changing {serial}", "try again in a minute"
        ),
    ),
    Meaning(
        codes=_BUSY,
        error=RefusedError(
            "device-busy", "AWS is still changing your user", "try again in a minute"
        ),
    ),
)

# Some classes are subclasses of others: the first that fits counts.
FAILURES: tuple[tuple[Kinds, MfaSessionError], ...] = (
    (
        exceptions.SSLError,
        UnreachableError(
            "tls-failed",
            "the TLS connection to AWS{where} is not trusted",
            "behind an inspecting proxy set AWS_CA_BUNDLE to its certificate",
        ),
    ),
    (
        exceptions.ProxyConnectionError,
        UnreachableError(
            "proxy-failed", "the proxy{proxy} cannot be reached", "check HTTPS_PROXY and NO_PROXY"
        ),
    ),
    (
        exceptions.ConnectTimeoutError,
        UnreachableError(
            "network",
            "AWS{where} does not answer",
            "check the network, a VPN, and HTTPS_PROXY",
        ),
    ),
    (
        exceptions.ReadTimeoutError,
        UnreachableError(
            "network",
            "AWS{where} does not answer in time",
            "check the network, a VPN, and HTTPS_PROXY{spent}",
        ),
    ),
    (
        exceptions.ConnectionClosedError,
        UnreachableError(
            "network",
            "the connection to AWS{where} broke before the answer arrived",
            "check the network, a VPN, and HTTPS_PROXY{spent}",
        ),
    ),
    (
        (exceptions.ConnectionError, exceptions.HTTPClientError),
        UnreachableError(
            "network",
            "AWS{where} cannot be reached",
            "check the network, AWS_ENDPOINT_URL and HTTPS_PROXY",
        ),
    ),
    (
        exceptions.ProfileNotFound,
        ConfigurationError("no-such-profile", "{error}", "correct AWS_PROFILE, or unset it"),
    ),
    (
        exceptions.InvalidRegionError,
        ConfigurationError(
            "bad-region",
            "'{region}' is not a region",
            "correct --region, AWS_REGION or the profile",
        ),
    ),
    (
        exceptions.BotoCoreError,
        ConfigurationError(
            "refused-by-sdk", "{action} could not be sent: {error}", "check the AWS settings"
        ),
    ),
)
