"""`make connect`: connects the accounts of a file to a deployment on AWS. A connected account gets its new token."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from fleet.model.audit import AuditOutcome, new_entry
from fleet.ports.clock import SystemClock
from fleet.ports.store import OrganizationTaken
from infra.dynamodb.table import DynamoTable, open_client
from infra.secrets.ssm import SsmVault
from infra.stack import AwsUnavailable, asking, identity, read_outputs
from infra.store.audit import TableAudit
from infra.store.store import TableStore
from local.accounts import AccountsError, GivenAccount, as_known, read_accounts
from local.region import settle_region


async def connect(given: Sequence[GivenAccount], outputs: Mapping[str, str], arn: str) -> None:
    """`arn` is who does it, for the audit log. Raises `AccountsError` and `AwsUnavailable`; those before stay
    connected.
    """
    with asking():
        await _connect(given, outputs, arn)


async def _connect(given: Sequence[GivenAccount], outputs: Mapping[str, str], arn: str) -> None:
    clock = SystemClock()
    vault = SsmVault(outputs["TokenPrefix"], clock, key_id=outputs.get("TokenKeyId"))
    table = DynamoTable(open_client(), outputs["TableName"], clock)
    try:
        store = TableStore(table, clock)
        audit = TableAudit(table, clock)
        for one in given:
            entry = new_entry(
                now=clock.now(),
                caller_id=f"aws {arn}",
                caller="make connect",
                action="connectAccount",
                subject=one.account.name,
                name=one.account.name,
            )
            await audit.record(entry)
            known = await store.account_named(*one.account.order)
            its_record = None if known is None else known.account
            account = as_known(one.account, its_record, otherwise="disconnect the one that has it")
            if known is None:
                await vault.keep(account.id, one.token)  # an account without a token cannot be observed
                try:
                    await store.connect(account, due_at=clock.now())
                except OrganizationTaken as taken:
                    await vault.forget(account.id)
                    holder = await store.account(taken.account_id)
                    other = "another account" if holder is None else repr("/".join(holder.account.order))
                    raise AccountsError(
                        f"{account.name!r} is the same organization as {other}, which is connected already."
                        " Give it that name."
                    ) from None
            else:
                await store.connect(account, due_at=clock.now())
                await vault.keep(account.id, one.token)  # after a refusal the old token is still used
            await audit.record(entry.model_copy(update={"outcome": AuditOutcome.DONE}))
            print(f"{one.account.provider} account {one.account.name!r} will be observed within two minutes.")
    finally:
        table.close()


def refuse_unknown_addresses(given: Sequence[GivenAccount], outputs: Mapping[str, str]) -> None:
    """Checks the addresses, because the functions connect only to addresses that their deployment has."""
    known = outputs.get("AllowedBaseUrls", "").split(",")
    for one in given:
        if one.account.base_url is not None and one.account.base_url not in known:
            raise AccountsError(
                f"{one.account.name!r}: base_url: the deployment would not obey {one.account.base_url};"
                " give it to the parameter BaseUrls with `make deploy` first."
            )


def main(stack: str, file: str) -> int:
    settle_region()
    try:
        given, outputs = read_accounts(Path(file), os.environ, datetime.now(UTC)), read_outputs(stack)
        refuse_unknown_addresses(given, outputs)
        asyncio.run(connect(given, outputs, identity().arn))
    except (AccountsError, AwsUnavailable) as error:
        print(f"fleetgraph: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
