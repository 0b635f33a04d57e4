"""The indexes of the table, in any database, and their attributes.

pk                  sk                              row
account <id>        account                         an account, its state, its lease; bare while it is being removed
                    cluster <key>                   a cluster as last read, or its tombstone
                    bundle <kind> <number>          what all clusters or nodes say, once it is quiet
                    node <cluster> <external id>    a node; likewise integration, and what is on offer: region,
                                                    instance_type, version, offered_plan
                    history <cluster> <order>       a change of phase
                    ledger <began>                  what came of an observation
                    event <fence> <kind> <cluster>  another event that an observation saw
operations <id>     operation <operation>           a change at an account, open or ended
                    open <operation>                marks one that has not ended
                    lock <lock>                     which operation may change a thing
                    event <operation> <kind>        an operation began or ended
                    idempotency <caller> <key>      which operation was asked for with a key, and by what input
organization <it>   organization                    which account is connected to it
schedule            schedule                        how far the due accounts are planned
budget <key>        budget                          what was sent under one key of a provider
apikey <id>         apikey                          an API key, by part of its digest
points <caller>     <beginning>                     what a caller used of its credits in the minute from then on

index      its rows, in its order
listing    accounts by (provider, name); clusters and integrations of an account by (name, key); operations by
           (id, account); API keys by (name, id)
attention  clusters that need attention, in the default order, in a few shards
due        accounts by the time at which they need a message, in a few shards
feed       changes of phase and other events by the time they were written, one partition a week
"""

from collections.abc import Mapping

LISTING = "listing"
ATTENTION = "attention"
DUE = "due"
FEED = "feed"

CARRIED: Mapping[str, tuple[str, ...]] = {
    LISTING: ("body", "state", "due_at", "expires_at"),
    ATTENTION: ("body", "account_name"),
    DUE: (),
    FEED: ("body", "expires_at"),
}
"""The attributes that an index carries: those that a page shows. The planner's index has only keys, because every
observation moves a row in it. `state` of a listing is that of API keys; that of accounts had this name in version 0.1,
with `due_at`, and an index cannot be changed where there is one.
"""


def partition_key(index: str | None) -> str:
    return "pk" if index is None else f"{index}_pk"


def sort_key(index: str | None) -> str:
    return "sk" if index is None else f"{index}_sk"
