from fleet.model.account import Account, AccountState, TrackedAccount
from fleet.model.summary import Summary
from fleet.reading.free_allowance import covered
from tests.fleet.things import account


def of(name: str, units: int, organization: str) -> TrackedAccount:
    its = account().model_copy(update={"id": name, "name": name, "external_id": organization})
    assert isinstance(its, Account)
    return TrackedAccount(account=its, state=AccountState(summary=Summary(free_allowance={"USD": units})))


def test_an_organization_has_its_allowance_once_however_many_accounts_open_it() -> None:
    accounts = [of("a", 700, "one"), of("b", 1500, "one"), of("c", 900, "two")]
    assert covered(accounts) == {"USD": 2400}
    assert covered([]) == {}
