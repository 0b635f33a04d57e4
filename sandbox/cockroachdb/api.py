"""CockroachDB Cloud's HTTP API: its endpoints and refusals."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api import Account, Api, Call, Refusal, answer, changed_items
from sandbox.cockroachdb import billing, changes, networking, upkeep
from sandbox.cockroachdb.paging import page, repeated
from sandbox.cockroachdb.versions import (
    CURRENT,
    OFFER_SINCE,
    SPEND_LIMITS,
    USAGE_LIMITS,
    VERSIONS,
    instant,
    known,
    render,
)
from sandbox.cockroachdb.world import CATALOG, INACTIVE, Incarnation, Organization, World, nodes
from sandbox.faults import MISBEHAVIOURS, FaultKind, Json
from sandbox.limits import Allowance, RateLimit

CLUSTERS = "/api/v1/clusters"
CLUSTER = f"{CLUSTERS}/{{cluster_id}}"

ALLOWLIST = f"{CLUSTER}/networking/allowlist"
ALLOWED = f"{ALLOWLIST}/{{cidr_ip}}/{{cidr_mask}}"

CODES = {400: 3, 401: 16, 403: 7, 404: 5, 409: 6, 429: 8, 500: 13, 501: 12, 503: 14}
"""The gRPC code in an error body, by HTTP status."""

LISTS = ("clusters", "nodes", "regions", "versions", "invoices", "allowlist", "backups")


class Cockroachdb(Api[World]):
    provider = "cockroachdb"
    rate_limit = RateLimit(requests=10, window_seconds=1)
    identity = ("id", "name")
    misbehaviours = MISBEHAVIOURS

    def new_world(self, seed: int) -> World:
        return World(seed)

    def accounts(self) -> list[Account]:
        return [
            Account(
                provider=self.provider,
                name=organization.name,
                external_id=None,  # the key decides
                token=organization.token,
                api_version=organization.api_version,
            )
            for organization in self.world.organizations
        ]

    def routes(self) -> list[Route]:
        return [
            self.route("GET", "/api/v1/organization", self.get_organization),
            self.route("GET", "/api/v1/cluster-versions", self.list_versions),
            self.route("GET", "/api/v1/invoices", self.list_invoices),
            self.route("GET", "/api/v1/invoices/{invoice_id}", self.get_invoice),
            self.route("GET", f"{CLUSTERS}/available-regions", self.list_regions),
            self.route("GET", CLUSTERS, self.list_clusters),
            self.route("GET", CLUSTER, self.get_cluster),
            self.route("GET", f"{CLUSTER}/nodes", self.list_nodes),
            self.route("GET", f"{CLUSTER}/connection-string", self.get_connection_string),
            self.route("GET", f"{CLUSTER}/backups", self.list_backups),
            self.route("GET", f"{CLUSTER}/maintenance-window", self.get_maintenance_window),
            self.route("GET", ALLOWLIST, self.list_allowed),
            self.route("POST", ALLOWLIST, self.allow),
            self.route("PATCH", ALLOWED, self.change_allowed),
            self.route("PUT", ALLOWED, self.change_allowed),
            self.route("DELETE", ALLOWED, self.disallow),
            self.route("POST", CLUSTERS, self.create_cluster),
            self.route("PATCH", CLUSTER, self.patch_cluster),
            self.route("DELETE", CLUSTER, self.delete_cluster),
            self.route("PUT", f"{CLUSTER}/spend-limit", self.put_spend_limit),
        ]

    # ------------------------------------------------------------------ reading

    def get_organization(self, call: Call) -> Response:
        if self.version_of(call) <= SPEND_LIMITS:
            raise Refusal(404, "not found")  # came with 2023-04-10
        organization = self.organization_of(call)
        return answer(
            {
                "id": organization.id,
                "label": organization.label,
                "name": organization.name,
                "created_at": instant(organization.created_at),
            }
        )

    def list_versions(self, call: Call) -> Response:
        version = self.version_of(call)
        if version <= SPEND_LIMITS:
            raise Refusal(404, "not found")  # came with 2023-04-10
        shown, pagination = page(call, version, CATALOG["versions"], lambda offer: [offer["version"]])
        dated = ({**offer, "support_end": instant(offer["support_end"])} for offer in shown)
        versions = [known(offer, OFFER_SINCE, version) for offer in dated]
        return answer({"versions": versions, "pagination": pagination})

    def list_invoices(self, call: Call) -> Response:
        found = self.invoices_of(call)
        status, since, until = (call.query.get(name) for name in ("status", "start_time", "end_time"))
        listed = [
            one
            for one in found
            if status in (None, one["status"])
            and (since is None or one["period_end"] > since)
            and (until is None or one["period_start"] < until)
        ]
        return answer({"invoices": listed})

    def get_invoice(self, call: Call) -> Response:
        for one in self.invoices_of(call):
            if one["invoice_id"] == call.params["invoice_id"]:
                return answer(one)
        raise Refusal(404, "invoice not found")

    def invoices_of(self, call: Call) -> list[Json]:
        version = self.version_of(call)
        if call.account.token == self.organization_of(call).reader:
            raise Refusal(403, "permission denied: this needs the role of a billing coordinator")
        return billing.invoices(self.organization_of(call), version, self.world.ids, call.now)

    def list_regions(self, call: Call) -> Response:
        version = self.version_of(call)
        cloud = call.query.get("provider")
        is_serverless = call.query.get("serverless") == "true"
        offered = [
            region
            for region in CATALOG["regions"]
            if cloud in (None, region["cloud"]) and (region["serverless"] or not is_serverless)
        ]
        shown, pagination = page(call, version, offered, lambda region: [region["distance"], region["name"]])
        regions = [
            {
                "name": region["name"],
                "location": region["location"],
                "provider": region["cloud"],
                "serverless": region["serverless"],
                "distance": region["distance"],
            }
            for region in shown
        ]
        if version == VERSIONS[0]:
            return answer({"regions": [region["name"] for region in shown], "pagination": pagination})
        return answer({"regions": regions, "pagination": pagination})

    def list_clusters(self, call: Call) -> Response:
        organization, version = self.organization_of(call), self.version_of(call)
        shows_inactive = call.query.get("show_inactive") == "true"
        listed = [
            found
            for one in organization.incarnations(call.now)
            for found in (organization.shown(one, call.now),)
            if (shows_inactive or found.state not in INACTIVE) and not found.cluster.is_hidden(call.now)
        ]
        shown, pagination = page(call, version, listed, lambda found: [found.cluster.name, found.id])
        return answer({"clusters": [render(found, version) for found in shown], "pagination": pagination})

    def get_cluster(self, call: Call) -> Response:
        return answer(render(self.shown_cluster_of(call), self.version_of(call)))

    def list_nodes(self, call: Call) -> Response:
        version = self.version_of(call)
        found = self.shown_cluster_of(call)
        if not found.cluster.hardware:
            raise Refusal(400, "nodes can be listed for ADVANCED clusters only")
        region = call.query.get("region_name")
        listed = [node for node in nodes(found) if region in (None, node["region_name"])]
        shown, pagination = page(call, version, listed, lambda node: [node["region_name"], node["name"]])
        if version == VERSIONS[0]:
            shown = [node | {"status": f"NODE_STATUS_{node['status']}"} for node in shown]
        return answer({"nodes": shown, "pagination": pagination})

    def get_connection_string(self, call: Call) -> Response:
        if self.version_of(call) == VERSIONS[0]:
            raise Refusal(404, "not found")  # came with 2022-09-20
        found = self.cluster_of(call)
        if found.cluster.hardware and call.query.get("os") not in ("MAC", "LINUX", "WINDOWS"):
            raise Refusal(400, "os must be one of MAC, LINUX, WINDOWS")
        if found.state not in ("CREATED", "LOCKED"):
            raise Refusal(400, f"cluster is {found.state}")
        return answer(upkeep.connection_string(found, call.query))

    def list_backups(self, call: Call) -> Response:
        version = self.version_of(call)
        if version < CURRENT:
            raise Refusal(404, "not found")  # came with 2024-09-16
        since, until = (call.query.get(name) for name in ("start_time", "end_time"))
        listed = [
            one
            for one in upkeep.backups(self.cluster_of(call), call.now)
            if (since is None or one["as_of_time"] >= since) and (until is None or one["as_of_time"] < until)
        ]
        shown, pagination = page(call, version, listed, lambda one: [one["as_of_time"]])
        return answer({"backups": shown, "pagination": pagination})

    def get_maintenance_window(self, call: Call) -> Response:
        if self.version_of(call) < USAGE_LIMITS:
            raise Refusal(404, "not found")  # came with 2023-04-10
        cluster = self.cluster_of(call).cluster
        if not cluster.hardware:
            raise Refusal(400, "only ADVANCED clusters have a maintenance window")
        if cluster.maintenance_window is None:
            raise Refusal(404, "maintenance window not found")
        return answer(dict(cluster.maintenance_window))

    def list_allowed(self, call: Call) -> Response:
        version = self.version_of(call)
        listed = [one for _, one in sorted(networking.entries(self.cluster_of(call).cluster).items())]
        shown, pagination = page(call, version, listed, lambda one: [one["cidr_ip"], one["cidr_mask"]])
        return answer({"allowlist": shown, "propagating": False, "pagination": pagination})

    # ------------------------------------------------------------------ changing

    def allow(self, call: Call) -> Response:
        found = self.cluster_of(call)
        return answer(networking.add(self.changeable(call), found, call.json(), call.now))

    def change_allowed(self, call: Call) -> Response:
        found, key = self.cluster_of(call), self.network_of(call)
        return answer(networking.change(self.changeable(call), found, key, call.json(), call.now))

    def disallow(self, call: Call) -> Response:
        found, key = self.cluster_of(call), self.network_of(call)
        return answer(networking.remove(self.changeable(call), found, key, call.now))

    def network_of(self, call: Call) -> tuple[str, int]:
        mask = call.params["cidr_mask"]
        if not mask.isdecimal():
            raise Refusal(400, "cidr_mask must be a number")
        return call.params["cidr_ip"], int(mask)

    def create_cluster(self, call: Call) -> Response:
        organization, version = self.changeable(call), self.version_of(call)
        cluster = changes.create(organization, call.json(), version, self.world.ids, call.now)
        cluster = changes.in_ones_own_way(cluster, call.misbehaviours.keys())
        if seconds := call.seconds_of(FaultKind.HIDDEN):
            cluster = replace(cluster, hidden_until=call.now + timedelta(seconds=seconds))
        organization.clusters[cluster.key] = cluster
        found = organization.find(cluster.key, call.now)
        assert found is not None
        return answer(render(found, version))

    def patch_cluster(self, call: Call) -> Response:
        found = self.cluster_of(call)
        organization = self.changeable(call)
        changes.patch(organization, found, call.json(), self.version_of(call), call.now)
        changed = changes.in_ones_own_way(organization.clusters[found.id], call.misbehaviours.keys())
        organization.clusters[found.id] = changed
        return self.shown(call, found)

    def put_spend_limit(self, call: Call) -> Response:
        found, version = self.cluster_of(call), self.version_of(call)
        changes.put_spend_limit(self.changeable(call), found, call.json(), version, call.now)
        self.delay(call, found)
        return Response()

    def delete_cluster(self, call: Call) -> Response:
        found = self.cluster_of(call)
        changes.delete(self.changeable(call), found, call.now)
        return self.shown(call, found)

    # ------------------------------------------------------------------ what a call is about

    def shown(self, call: Call, before: Incarnation) -> Response:
        """The cluster after a change. Who looks may see it as it was, for a while."""
        self.delay(call, before)
        found = self.organization_of(call).find(before.id, call.now)
        assert found is not None
        return answer(render(found, self.version_of(call)))

    def delay(self, call: Call, before: Incarnation) -> None:
        if seconds := call.seconds_of(FaultKind.LATE_STATUS):
            until = call.now + timedelta(seconds=seconds)
            self.organization_of(call).late[before.id] = (before, until)

    def version_of(self, call: Call) -> str:
        """The requested version of the API, or the newest."""
        version = call.headers.get("cc-version", CURRENT)
        if version not in VERSIONS:
            raise Refusal(400, "invalid Cc-Version")
        return version

    def changeable(self, call: Call) -> Organization:
        organization = self.organization_of(call)
        if call.account.token == organization.reader:
            raise Refusal(403, "permission denied: this needs the role of a cluster admin")
        return organization

    def organization_of(self, call: Call) -> Organization:
        organization = self.world.by_token(call.account.token)
        assert organization is not None
        return organization

    def shown_cluster_of(self, call: Call) -> Incarnation:
        return self.organization_of(call).shown(self.cluster_of(call), call.now)

    def cluster_of(self, call: Call) -> Incarnation:
        found = self.organization_of(call).find(call.params["cluster_id"], call.now)
        if found is None or found.cluster.is_hidden(call.now):
            raise Refusal(404, "cluster not found")
        return found

    # ------------------------------------------------------------------ letting in and refusing

    def authenticate(self, headers: Headers, params: Mapping[str, str]) -> Account:
        """A JWT is taken beside the vanity name of its organization."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        organization = self.world.by_token(token)
        if scheme != self.scheme or organization is None:
            raise self.unauthorized()
        if token == organization.jwt and headers.get("cc-vanity-name") != organization.label:
            raise Refusal(401, "Cc-Vanity-Name is required with a JWT")
        return Account(
            provider=self.provider,
            name=organization.name,
            external_id=None,
            token=token,
            api_version=organization.api_version,
        )

    def unauthorized(self) -> Refusal:
        return Refusal(401, "invalid or expired API key")

    def refuse(self, refusal: Refusal) -> Response:
        body = {"code": CODES.get(refusal.status, 2), "message": refusal.message, "details": []}
        return answer(body, status=refusal.status, headers=refusal.headers)

    def rate_limited(self, allowance: Allowance) -> Refusal:
        seconds = allowance.seconds_left(self.clock.now())
        return Refusal(429, "rate limit exceeded", headers={"Retry-After": str(seconds)})

    # ------------------------------------------------------------------ spoiling

    def replace_items(self, body: Json, change: Callable[[Json], Json], *, only_first: bool = False) -> Json:
        name = next((name for name in LISTS if name in body), None)
        if name is None or "cloud_provider" in body:  # a cluster has regions too
            return change(body)
        if not all(isinstance(item, dict) for item in body[name]):  # regions were only names in old versions
            return body
        return body | {name: changed_items(body[name], change, only_first=only_first)}

    def with_unknown_phase(self, item: Json) -> Json:
        return item | ({"state": "REHEARSING"} if "state" in item else {"status": "REHEARSING"})

    def with_repeated_page(self, body: Json, query: QueryParams) -> Json:
        return body | {"pagination": repeated(body.get("pagination"), query)}
