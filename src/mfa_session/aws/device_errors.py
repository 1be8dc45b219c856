"""IAM's errors about MFA devices, said as what the person can do."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError, MfaSessionError, NoMfaError, RefusedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from mfa_session.aws.asked import Asked

    class Answer(Protocol):
        """An error as AWS answered it."""

        @property
        def lowered(self) -> str:
            """Its text, for loose matching."""


def _exists(answer: Answer, asked: Asked) -> MfaSessionError:
    if asked.operation == "CreateVirtualMFADevice":
        return ConfigurationError(
            "device-exists",
            f"an MFA device named {asked.serial!r} exists in the account already",
            "give yours another name: mfa-session device enroll NAME",
        )
    return _in_use(answer, asked)


def _in_use(answer: Answer, asked: Asked) -> MfaSessionError:
    del answer
    return ConfigurationError(
        "device-in-use",
        f"{asked.serial} is enabled for a user",
        "see `mfa-session device list`",
    )


def _quota(answer: Answer, asked: Asked) -> MfaSessionError:
    del answer, asked
    return RefusedError(
        "device-quota",
        "AWS allows no more MFA devices: a user has eight at most, and an account has a limit, too",
        "remove one that you do not use: `mfa-session device list`, `mfa-session device remove`",
    )


def _no_such(answer: Answer, asked: Asked) -> MfaSessionError:
    if "the user with name" in answer.lowered:
        return RefusedError(
            "no-such-user",
            f"AWS does not know the user of {asked.key}",
            "has it been deleted or renamed? see `aws sts get-caller-identity`",
        )
    return ConfigurationError(
        "no-such-device",
        f"AWS knows no MFA device {asked.serial} of your user",
        "see `mfa-session device list`",
    )


def _wrong_codes(answer: Answer, asked: Asked) -> MfaSessionError:
    del answer
    return NoMfaError(
        "codes-rejected",
        f"AWS rejected the two codes of {asked.serial}",
        "they must be of this device, one right after the other, and not used before; "
        "check the phone's clock, then try with the next two",
    )


def _busy(answer: Answer, asked: Asked) -> MfaSessionError:
    del answer
    return RefusedError(
        "device-busy",
        f"AWS is still changing {asked.serial or 'your user'}",
        "try again in a minute",
    )


DEVICE_MEANINGS: tuple[tuple[set[str], Callable[[Answer, Asked], MfaSessionError]], ...] = (
    ({"EntityAlreadyExists", "EntityAlreadyExistsException"}, _exists),
    ({"LimitExceeded", "LimitExceededException"}, _quota),
    ({"NoSuchEntity", "NoSuchEntityException"}, _no_such),
    ({"InvalidAuthenticationCode", "InvalidAuthenticationCodeException"}, _wrong_codes),
    ({"DeleteConflict", "DeleteConflictException"}, _in_use),
    ({"EntityTemporarilyUnmodifiable", "ConcurrentModification"}, _busy),
)
