"""The results of observations."""

from datetime import datetime

import strawberry

from gateway.types.records import field


@strawberry.type(description="An observation of an account that changed something or failed.")
class Observation:
    began_at: datetime
    ended_at: datetime
    requests: int = field("How many requests were sent to the provider.")
    changed: int = field("How many rows differed from before.", name="changedCount")
    failure: str | None = field(
        "What went wrong, in a sentence of up to 500 characters. Null when nothing did."
    )
    quiet_before: int = field(
        "How many observations there were since the one before it that changed nothing and failed nothing.",
        name="quietBefore",
    )
