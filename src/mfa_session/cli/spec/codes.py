"""The second factor: codes, secrets and devices."""

from __future__ import annotations

from mfa_session.cli.spec.command import Argument, Command, Group, Option
from mfa_session.cli.spec.options import (
    INSECURE_KEYRING,
    JSON,
    MFA_SERIAL,
    PROFILE,
    SERIAL,
    YES,
)

TITLE = "Codes and devices"

COMMANDS = (
    Command(
        name="totp add",
        summary="Store a device's secret in the keyring: login makes its codes.",
        example="mfa-session totp add --profile mfa",
        description=(
            "Asks for the base32 key or the otpauth:// address that AWS showed when the device was "
            "made, or reads it from stdin, and stores it in the system's keyring. It is never "
            "taken from the command line, and never shown. Another secret of the same device is "
            "replaced only if you say so: AWS never shows it again."
        ),
        options=(PROFILE, MFA_SERIAL, YES, INSECURE_KEYRING),
        against_words=(
            "A secret is taken from a prompt or from stdin, never from the command line: other "
            "users see it there, and the shell's history keeps it."
        ),
        run="cli.totp:add",
    ),
    Command(
        name="totp code",
        summary="Print the code that a stored secret makes now.",
        example="mfa-session totp code",
        description=(
            "For the console's sign-in page, for example. The code is not sent anywhere; one that "
            "login has sent already is told to be so, as AWS takes each only once."
        ),
        options=(PROFILE, MFA_SERIAL, INSECURE_KEYRING, JSON),
        run="cli.totp:code",
    ),
    Command(
        name="totp list",
        summary="Show the devices whose secrets are stored.",
        example="mfa-session totp list",
        description="And the profiles that use them. No secret is shown.",
        options=(INSECURE_KEYRING, JSON),
        run="cli.totp:show",
    ),
    Command(
        name="totp remove",
        summary="Remove a device's secret from the keyring.",
        example="mfa-session totp remove",
        description=(
            "Asks first. AWS still knows the device: without its secret elsewhere, on a phone "
            "perhaps, nobody can make its codes any more."
        ),
        options=(
            YES,
            INSECURE_KEYRING,
        ),
        arguments=(SERIAL,),
        run="cli.totp:remove",
    ),
    Command(
        name="device list",
        summary="Show your MFA devices, and which can be used here.",
        example="mfa-session device list",
        description=(
            "Asks IAM. A passkey is listed, but AWS's API takes no codes of it. SECRET says "
            "whether the keyring holds the device's secret, so that codes are made without a phone."
        ),
        options=(PROFILE, INSECURE_KEYRING, JSON),
        run="cli.device:show",
    ),
    Command(
        name="device enroll",
        summary="Make a virtual MFA device, and log in with it.",
        example="mfa-session device enroll --qr",
        description=(
            "Creates the device at AWS (called NAME, or like your user), stores its secret in the "
            "keyring, enables it and logs in. If anything fails, everything is undone."
        ),
        options=(
            PROFILE,
            Option(
                flags=("--qr",),
                kind="flag",
                help="Show a QR code, so that a phone has the device as well.",
            ),
            INSECURE_KEYRING,
        ),
        arguments=(Argument(name="name"),),
        run="cli.device:enroll",
    ),
    Command(
        name="device resync",
        summary="Bring a device back in step with AWS.",
        example="mfa-session device resync",
        description=(
            "Sends two consecutive codes: from the stored secret if there is one, else typed. "
            "For a device whose codes AWS rejects because its clock has drifted."
        ),
        options=(PROFILE, INSECURE_KEYRING),
        arguments=(SERIAL,),
        run="cli.device:resync",
    ),
    Command(
        name="device remove",
        summary="Remove a device from AWS, and its secret from the keyring.",
        example="mfa-session device remove",
        description="Deactivates the device, deletes it and forgets its secret; asks first.",
        options=(
            PROFILE,
            YES,
            INSECURE_KEYRING,
        ),
        arguments=(SERIAL,),
        run="cli.device:remove",
    ),
)

GROUPS = (
    Group(
        name="totp",
        summary="Secrets in the system's keyring, and the codes they make.",
        example="mfa-session totp add",
    ),
    Group(
        name="device",
        summary="Your own MFA devices at AWS.",
        example="mfa-session device list",
    ),
)
