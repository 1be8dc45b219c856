"""The second factor: codes, secrets and devices."""

from __future__ import annotations

from mfa_session.cli.spec.commands import (
    INSECURE_KEYRING,
    JSON,
    MFA_SERIAL,
    PROFILE,
    SERIAL,
    SOURCE_PROFILE,
    YES,
    Argument,
    Command,
    Group,
    flag,
)

TITLE = "Codes and devices"

COMMANDS = (
    Command(
        name="totp add",
        summary="Store a device's secret in the keyring, so that login generates codes.",
        examples=("mfa-session totp add --profile mfa",),
        description=(
            "Asks for the base32 key or the otpauth:// URI that AWS showed when you created the "
            "device, or reads it from stdin, and stores it in the system's keyring. Does not take "
            "it from the command line and does not show it. If the keyring already holds another "
            "secret of this device, asks before it replaces it: AWS never shows a secret again."
        ),
        options=(PROFILE, SOURCE_PROFILE, MFA_SERIAL, YES, INSECURE_KEYRING),
        against_words=(
            "A secret comes from the prompt or from stdin, never from the command line, where "
            "other users see it and the shell's history keeps it."
        ),
        run="cli.totp:add",
    ),
    Command(
        name="totp code",
        summary="Print the current code of a stored secret.",
        examples=("mfa-session totp code",),
        description=(
            "For the console's sign-in page, for example. Sends the code nowhere. AWS accepts each "
            "code once, so the command says if login has already sent this one."
        ),
        options=(PROFILE, SOURCE_PROFILE, MFA_SERIAL, INSECURE_KEYRING, JSON),
        run="cli.totp:code",
    ),
    Command(
        name="totp list",
        summary="List the devices whose secrets are stored.",
        examples=("mfa-session totp list",),
        description="Also lists the profiles that use them. Shows no secret.",
        options=(INSECURE_KEYRING, JSON),
        run="cli.totp:show",
    ),
    Command(
        name="totp show-qr",
        summary="Show a stored secret as a QR code, for a phone.",
        examples=("mfa-session totp show-qr",),
        description=(
            "For a phone that is to generate the device's codes as well. Asks first, shows the "
            "code on the terminal only, and clears the screen afterwards."
        ),
        options=(INSECURE_KEYRING,),
        arguments=(SERIAL,),
        run="cli.totp:show_qr",
    ),
    Command(
        name="totp remove",
        summary="Remove a device's secret from the keyring.",
        examples=("mfa-session totp remove",),
        description=(
            "Asks first. The device stays at AWS: unless its secret is also elsewhere, such as on "
            "a phone, nobody can generate its codes any more."
        ),
        options=(YES, INSECURE_KEYRING),
        arguments=(SERIAL,),
        run="cli.totp:remove",
    ),
    Command(
        name="device list",
        summary="List your MFA devices, and which of them work with AWS's API.",
        examples=("mfa-session device list",),
        description=(
            "Asks IAM. Passkeys are listed, but AWS's API does not accept them. The column SECRET "
            "says whether the keyring holds the device's secret and login needs no phone."
        ),
        options=(PROFILE, SOURCE_PROFILE, INSECURE_KEYRING, JSON),
        run="cli.device:show",
    ),
    Command(
        name="device enroll",
        summary="Create a virtual MFA device, and log in with it.",
        examples=("mfa-session device enroll --qr",),
        description=(
            "Creates the device at AWS, named NAME or like your user, stores its secret in the "
            "keyring, enables it and logs in. If a step fails, undoes the steps before it. "
            "Where no keyring is, --no-keyring gives the secret to your phone only."
        ),
        options=(
            PROFILE,
            SOURCE_PROFILE,
            flag("--qr", "Also show a QR code for a phone."),
            flag(
                "--no-keyring", "Give the secret to a phone only, by a QR code; store it nowhere."
            ),
            INSECURE_KEYRING,
        ),
        arguments=(Argument(name="name"),),
        run="cli.device:enroll",
    ),
    Command(
        name="device resync",
        summary="Resynchronize a device with AWS.",
        examples=("mfa-session device resync",),
        description=(
            "For a device whose codes AWS rejects because its clock has drifted. Sends two "
            "consecutive codes, from the stored secret if there is one; otherwise asks for them."
        ),
        options=(PROFILE, SOURCE_PROFILE, INSECURE_KEYRING),
        arguments=(SERIAL,),
        run="cli.device:resync",
    ),
    Command(
        name="device remove",
        summary="Remove a device from AWS, and its secret from the keyring.",
        examples=("mfa-session device remove",),
        description=(
            "Asks first. Deactivates the device, deletes it if it is virtual, and removes its "
            "secret from the keyring."
        ),
        options=(PROFILE, SOURCE_PROFILE, YES, INSECURE_KEYRING),
        arguments=(SERIAL,),
        run="cli.device:remove",
    ),
)

GROUPS = (
    Group(
        name="totp",
        summary="Store MFA secrets in the system's keyring and generate codes from them.",
        example="mfa-session totp add",
    ),
    Group(
        name="device",
        summary="List, create, resynchronize and remove your MFA devices at AWS.",
        example="mfa-session device list",
    ),
)
