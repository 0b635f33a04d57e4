"""Outside stores of secrets that a cluster of Qovery reads: as they are shown and as they are asked for."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from pydantic import ConfigDict, Field, SecretStr, model_validator

from fleet.model.record import Record


class QoverySecretManager(Record):
    """An outside store of secrets that the cluster reads. `kind` and `authentication` are Qovery's words. Its own
    secret is not here.
    """

    id: str | None = None
    name: str | None = None
    kind: str | None = None
    region: str | None = None
    project_id: str | None = None
    authentication: str | None = None
    role_arn: str | None = None


class QoverySecretManagerKind(StrEnum):
    AWS_SECRET_MANAGER = "AWS_SECRET_MANAGER"  # noqa: S105 - a word of theirs
    AWS_PARAMETER_STORE = "AWS_PARAMETER_STORE"
    GCP_SECRET_MANAGER = "GCP_SECRET_MANAGER"  # noqa: S105 - a word of theirs


class QoverySecretManagerAuthentication(StrEnum):
    """By whom it is set up, and with what: AUTOMATICALLY_CONFIGURED needs nothing."""

    AUTOMATICALLY_CONFIGURED = "AUTOMATICALLY_CONFIGURED"
    AWS_ROLE_ARN = "AWS_ROLE_ARN"
    AWS_STATIC_CREDENTIALS = "AWS_STATIC_CREDENTIALS"
    GCP_JSON_CREDENTIALS = "GCP_JSON_CREDENTIALS"


class SecretManagerWanted(Record):
    """`id` names one that is there already; it keeps its secret unless another is given. `has_secret` tells that one
    was given, for it is not stored. `keyfile_json` is as in `GcpCredentials`.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    id: str | None = None
    name: str = Field(min_length=1)
    kind: QoverySecretManagerKind
    region: str = Field(min_length=1)
    project_id: str | None = None
    authentication: QoverySecretManagerAuthentication = (
        QoverySecretManagerAuthentication.AUTOMATICALLY_CONFIGURED
    )
    role_arn: str | None = None
    access_key_id: SecretStr | None = Field(default=None, exclude=True, repr=False)
    secret_access_key: SecretStr | None = Field(default=None, exclude=True, repr=False)
    keyfile_json: SecretStr | None = Field(default=None, exclude=True, repr=False)
    has_secret: bool = False

    @model_validator(mode="before")
    @classmethod
    def _tell_of_the_secret(cls, value: object) -> object:
        if isinstance(value, Mapping) and any(value.get(name) is not None for name in _SECRETS):
            return {**value, "has_secret": True}
        return value

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "SecretManagerWanted":
        if (self.kind is QoverySecretManagerKind.GCP_SECRET_MANAGER) is (self.project_id is None):
            raise ValueError("GCP_SECRET_MANAGER needs a project, and no other kind takes one.")
        means = QoverySecretManagerAuthentication
        if (self.authentication is means.AWS_ROLE_ARN) is (self.role_arn is None):
            raise ValueError("AWS_ROLE_ARN needs a role, and no other authentication takes one.")
        needed = _NEEDED.get(self.authentication, ())
        if self.has_secret and not needed:
            raise ValueError(f"{self.authentication} takes no keys.")
        if not self.has_secret and needed and self.id is None:
            raise ValueError(f"{self.authentication} needs {' and '.join(needed)}.")
        given = {name for name in _SECRETS if getattr(self, name) is not None}
        if given and given != set(needed):
            raise ValueError(f"{self.authentication} takes {' and '.join(needed)}, and nothing else.")
        return self

    @property
    def is_whole(self) -> bool:
        return not self.has_secret or any(getattr(self, name) is not None for name in _SECRETS)

    def is_shown_by(self, shown: Sequence[QoverySecretManager]) -> bool:
        return any(
            (one.name, one.kind, one.region, one.project_id, one.authentication, one.role_arn)
            == (self.name, self.kind, self.region, self.project_id, self.authentication, self.role_arn)
            for one in shown
        )


_SECRETS = ("access_key_id", "secret_access_key", "keyfile_json")
_NEEDED: Mapping[QoverySecretManagerAuthentication, tuple[str, ...]] = {
    QoverySecretManagerAuthentication.AWS_STATIC_CREDENTIALS: ("access_key_id", "secret_access_key"),
    QoverySecretManagerAuthentication.GCP_JSON_CREDENTIALS: ("keyfile_json",),
}
