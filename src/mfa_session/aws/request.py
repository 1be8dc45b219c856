"""One request to AWS, as its errors speak of it."""

from __future__ import annotations

from mfa_session.model.text import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.ports import Caller


class AwsRequest:
    """What is asked of AWS, so that an error can name it."""

    def __init__(
        self,
        service: str,
        operation: str,
        caller: Caller,
        *,
        serial: str | None = None,
        role_arn: str | None = None,
        asked_key_id: str | None = None,
        once: bool = False,
    ) -> None:
        """Take the call's service, operation and names; with `once` it is not sent again."""
        self.service = service
        self.operation = operation
        self.caller = caller
        self.serial = serial
        self.role_arn = role_arn
        self.once = once
        self.asked_key_id = asked_key_id

    @property
    def action(self) -> str:
        """The IAM action, as a policy would name it."""
        return f"{self.service}:{self.operation}"

    @property
    def has_code(self) -> bool:
        """Whether a code of a device is sent with it, which AWS takes once."""
        return self.service == "sts" and self.serial is not None

    @property
    def is_long_term(self) -> bool:
        """Whether the signing key is no session's."""
        return self.caller.keys.session_token is None

    @property
    def is_role_from_session(self) -> bool:
        """Whether a session asks for a role."""
        return self.role_arn is not None and not self.is_long_term

    @property
    def login(self) -> str:
        """The command that renews the session whose keys sign."""
        name = self.caller.session
        return "mfa-session login --force" + (f" --profile {quote(name)}" if name else "")

    @property
    def key(self) -> str:
        """The signing key, as the person knows it."""
        return self.caller.label()
