import pytest

from fleet.model.account import Collection
from functions.api_settings import ApiSettings, OidcSettings, read_api_settings
from functions.settings import SettingsError, read_pace, read_settings
from functions.wiring import policy_of

GOOD = {
    "TABLE_NAME": "fleet",
    "QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/observations",
    "TOKEN_PREFIX": "/fleetgraph/tokens/",
    "ADMIN_KEY_ID": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:admin",
}


def test_settings_are_what_the_environment_says() -> None:
    settings = read_settings({**GOOD, "PATH": "/bin"})
    assert settings.table == "fleet"
    assert settings.token_prefix == "/fleetgraph/tokens/"


def test_every_variable_at_fault_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"QUEUE_URL": "observations", "TOKEN_PREFIX": "tokens", "ADMIN_KEY_ID": ""})
    for name in GOOD.keys() - {"ADMIN_KEY_ID"}:
        assert name in str(caught.value)


def test_the_admin_key_can_be_retired() -> None:
    assert read_settings(GOOD).admin_key_id == GOOD["ADMIN_KEY_ID"]
    assert read_settings({**GOOD, "ADMIN_KEY_ID": ""}).admin_key_id is None


@pytest.mark.parametrize("prefix", ["/", "//", "tokens/", "/tokens", "/aws-fleet/tokens/", "/Ssm1/tokens/"])
def test_a_prefix_that_would_not_join_into_a_parameter_is_refused(prefix: str) -> None:
    with pytest.raises(SettingsError, match="TOKEN_PREFIX"):
        read_settings({**GOOD, "TOKEN_PREFIX": prefix})


def test_the_pace_is_what_the_environment_says_and_moving_is_never_slower_than_quiet() -> None:
    pace = read_pace({"QUIET_PACE": "120", "MOVING_PACE": "10"})
    assert (pace.every_seconds[Collection.CLUSTERS], pace.soonest_seconds) == (120, 10)
    assert all(every >= 120 for every in pace.every_seconds.values())
    assert read_pace({"QUIET_PACE": "3", "MOVING_PACE": "10"}).soonest_seconds == 3


@pytest.mark.parametrize("given", ["0", "-1", "1.5", "soon", "86401"])
@pytest.mark.parametrize("name", ["QUIET_PACE", "MOVING_PACE"])
def test_a_pace_that_is_no_number_of_seconds_is_refused_by_name(name: str, given: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is a number of seconds from 1 to 86400"):
        read_pace({name: given})


def test_what_is_not_said_of_the_api_is_as_open_as_it_can_be() -> None:
    assert read_api_settings({}) == ApiSettings()
    assert (
        read_api_settings({"INTROSPECTION": "", "DOCUMENTS": "", "CREDITS_PER_MINUTE": ""}) == ApiSettings()
    )
    assert (ApiSettings().shows_schema, ApiSettings().only_trusted) == (True, False)


def test_the_api_can_keep_its_schema_to_itself_and_run_known_documents_only() -> None:
    given = {"INTROSPECTION": "off", "DOCUMENTS": "trusted", "CREDITS_PER_MINUTE": "1000"}
    assert read_api_settings(given) == ApiSettings(
        shows_schema=False, only_trusted=True, credits_per_minute=1000
    )


def test_the_former_name_of_the_credits_counts_until_the_new_one_is_set() -> None:
    assert read_api_settings({"POINTS_PER_MINUTE": "1000"}).credits_per_minute == 1000
    both = {"POINTS_PER_MINUTE": "1000", "CREDITS_PER_MINUTE": "2000"}
    assert read_api_settings(both).credits_per_minute == 2000
    with pytest.raises(SettingsError, match="POINTS_PER_MINUTE"):
        read_api_settings({"POINTS_PER_MINUTE": "many"})


def test_whose_documents_are_known_is_said_by_names_or_files() -> None:
    given = read_api_settings({"DOCUMENTS": "trusted", "MANIFESTS": "page, teams/ours.json"})
    assert given.manifests == ("page", "teams/ours.json")
    with pytest.raises(SettingsError, match=r"MANIFESTS: teams/ours.json cannot be read"):
        policy_of(given)
    (manifest,) = policy_of(read_api_settings({"MANIFESTS": "command"})).manifests
    assert manifest.name == "command.json"


def test_tokens_of_an_issuer_are_taken_where_it_is_named() -> None:
    given = {"OIDC_ISSUER": "https://issuer.example/", "OIDC_AUDIENCE": "fleet"}
    assert read_api_settings(given).oidc == OidcSettings(
        issuer="https://issuer.example/", audience="fleet", scope_claim="scope"
    )
    named = read_api_settings({**given, "OIDC_SCOPE_CLAIM": "permissions"}).oidc
    assert named is not None
    assert named.scope_claim == "permissions"
    assert read_api_settings({"OIDC_AUDIENCE": "fleet"}).oidc is None


@pytest.mark.parametrize(
    "given",
    [
        {"INTROSPECTION": "no"},
        {"DOCUMENTS": "all"},
        {"CREDITS_PER_MINUTE": "0"},
        {"CREDITS_PER_MINUTE": "-1"},
        {"CREDITS_PER_MINUTE": "many"},
        {"OIDC_ISSUER": "http://issuer.example", "OIDC_AUDIENCE": "fleet"},
        {"OIDC_ISSUER": "issuer.example", "OIDC_AUDIENCE": "fleet"},
        {"OIDC_AUDIENCE": "", "OIDC_ISSUER": "https://issuer.example"},
    ],
)
def test_what_is_said_of_the_api_is_read_strictly(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(given))):
        read_api_settings(given)
