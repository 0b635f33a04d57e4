"""`fleetgraph fleet`: the whole fleet in numbers."""

from typing import Any

from cli.commands.clusters.listing import SEVERITY, missing
from cli.documents import fleet as queries
from cli.formatting import money
from cli.grammar import Noun, Options, Verb
from cli.output import form_of, output_flags, show_one
from cli.session import Session


def show_fleet(session: Session, options: Options) -> int:
    fleet = session.client.ask(queries.FLEET, {})["fleet"]
    status = show_one(session, options, fleet, _facts(fleet), name="fleet")
    if form_of(options) in ("table", "wide"):
        for remark in missing(fleet["coverage"]):
            session.screen.tell(remark)
    return status


def _facts(fleet: dict[str, Any]) -> dict[str, str]:
    coverage = fleet["coverage"]
    return {
        "clusters": str(fleet["clusterCount"]),
        "phases": ", ".join(
            f"{one['count']} {one['phase']}" for one in sorted(fleet["byPhase"], key=_severity)
        ),
        "providers": ", ".join(f"{one['count']} at {one['provider']['name']}" for one in fleet["byProvider"]),
        "costs this period": ", ".join(map(money, fleet["spend"]["total"])),
        "costs left out": _left_out(fleet["spend"]),
        "limits in money": ", ".join(map(money, fleet["spendLimits"])),
        "limits in use": ", ".join(f"~{money(one)}" for one in fleet["convertedSpendLimits"]),
        "free of them": ", ".join(map(money, fleet["freeAllowances"])),
        "limits in vCPUs": _vcpus(fleet),
        "without a limit": str(fleet["unlimitedClusterCount"]),
        "limit not known": str(fleet["unknownLimitClusterCount"]),
        "accounts": f"{coverage['accountCount']}, {coverage['missingCount']} not observed when due",
    }


def _left_out(spend: dict[str, Any]) -> str:
    names = ", ".join(f"{one['account']['name']} ({one['reason']})" for one in spend["leftOut"][:3])
    more = spend["leftOutCount"] - 3
    return names if more <= 0 else f"{names} and {more} more"


def _vcpus(fleet: dict[str, Any]) -> str:
    count = fleet["vcpuLimitedClusterCount"]
    return f"{fleet['vcpuLimit']} vCPU, in {count} clusters" if count else ""


def _severity(entry: dict[str, Any]) -> int:
    return SEVERITY.index(entry["phase"]) if entry["phase"] in SEVERITY else 0


COMMAND = Noun(
    "fleet",
    "Show the whole fleet in numbers, and what they leave out.",
    [
        Verb(
            "show",
            show_fleet,
            "Show the whole fleet in numbers, and what they leave out.",
            examples="""
fleetgraph fleet show
fleetgraph fleet show --jq .clusterCount
""",
            params=output_flags(),
        )
    ],
    default="show",
)
