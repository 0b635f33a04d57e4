"""The system's keyring, if there is one: Keychain, Credential Locker, or a desktop's Secret Service.

`pip install 'fleetgraph-cli[keyring]'` installs the library. Without the library or a service, keys are in the
configuration file.
"""

from importlib import import_module
from types import ModuleType

from cli.errors import UsageError

SERVICE = "fleetgraph"


def is_available() -> bool:
    keyring = _library()
    return keyring is not None and bool(keyring.get_keyring().priority > 0)


def keep_key(url: str, profile: str, key: str) -> None:
    keyring = _library()
    assert keyring is not None, "is_available() says whether it can be kept"
    keyring.set_password(SERVICE, _account(url, profile), key)


def read_key(url: str, profile: str) -> str:
    """The account in the keyring contains the URL, so that a profile with another URL does not get the key."""
    keyring = _library()
    if keyring is None:
        raise UsageError(
            f"The key of the profile {profile} is in the system's keyring, which cannot be read.",
            "Install fleetgraph-cli[keyring], or put the key into FLEETGRAPH_KEY.",
        )
    try:
        key = keyring.get_password(SERVICE, _account(url, profile))
    except keyring.errors.KeyringError as error:
        raise UsageError(
            f"The system's keyring does not give the key of {profile}: {error}.",
            "Unlock it, or put the key into FLEETGRAPH_KEY.",
        ) from error
    if key is None:
        raise UsageError(
            f"The system's keyring has no key for the profile {profile} at {url}.",
            f"`fleetgraph login {profile}` puts it there.",
        )
    return str(key)


def forget_key(url: str, profile: str) -> None:
    """Deletes the key, if there is one."""
    keyring = _library()
    if keyring is not None and keyring.get_password(SERVICE, _account(url, profile)) is not None:
        keyring.delete_password(SERVICE, _account(url, profile))


def _account(url: str, profile: str) -> str:
    return f"{profile} {url}"


def _library() -> ModuleType | None:
    try:
        import_module("keyring.errors")
        return import_module("keyring")
    except ImportError:
        return None
