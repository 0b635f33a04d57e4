"""Northflank's HTTP API: its endpoints and refusals."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette.datastructures import Headers, QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api import Account, Api, Call, Endpoint, Refusal, answer, changed_items
from sandbox.faults import MISBEHAVIOURS, FaultKind, Json
from sandbox.limits import Allowance, RateLimit
from sandbox.northflank import billing, changes, wire
from sandbox.northflank.paging import paged, repeated
from sandbox.northflank.rights import BILLING, ROLES, needed
from sandbox.northflank.ways import in_its_own_way
from sandbox.northflank.world import CATALOG, Cluster, Incarnation, Integration, Scope, World, role_of

ROOTS = ("/v1/cloud-providers", "/v1/teams/{team_id}/cloud-providers")
"""Every call exists twice."""
BILLING_ROOTS = ("/v1/billing", "/v1/teams/{team_id}/billing")

LISTS = ("clusters", "integrations", "nodes", "providers", "invoices")


class Northflank(Api[World]):
    provider = "northflank"
    rate_limit = RateLimit(requests=1000, window_seconds=3600)
    misbehaviours = MISBEHAVIOURS
    identity = ("id", "name", "nodeId", "nodeName")

    def new_world(self, seed: int) -> World:
        return World(seed)

    def accounts(self) -> list[Account]:
        return [
            Account(provider=self.provider, name=scope.name, external_id=scope.team, token=scope.token)
            for scope in self.world.scopes
        ]

    def routes(self) -> list[Route]:
        return [
            *(
                self.route(method, f"{root}{path}", self.allowed(needed(method, path), endpoint))
                for root in ROOTS
                for method, path, endpoint in self.endpoints()
            ),
            *(
                self.route("GET", f"{root}{path}", self.allowed(BILLING, endpoint))
                for root in BILLING_ROOTS
                for path, endpoint in self.billing_endpoints()
            ),
        ]

    def billing_endpoints(self) -> list[tuple[str, Endpoint]]:
        return [
            ("/invoices", self.list_invoices),
            ("/invoices/{invoice_id}", self.get_invoice),
            ("/usage", self.get_usage),
        ]

    def endpoints(self) -> list[tuple[str, str, Endpoint]]:
        return [
            ("GET", "", self.list_providers),
            ("GET", "/regions", self.list_regions),
            ("GET", "/node-types", self.list_node_types),
            ("GET", "/integrations", self.list_integrations),
            ("GET", "/integrations/{integration_id}", self.get_integration),
            ("GET", "/clusters", self.list_clusters),
            ("GET", "/clusters/{cluster_id}", self.get_cluster),
            ("GET", "/clusters/{cluster_id}/nodes", self.list_nodes),
            ("POST", "/integrations", self.create_integration),
            ("PUT", "/integrations", self.put_integration),
            ("PATCH", "/integrations/{integration_id}", self.patch_integration),
            ("DELETE", "/integrations/{integration_id}", self.delete_integration),
            ("POST", "/clusters", self.create_cluster),
            ("PUT", "/clusters", self.put_cluster),
            ("PATCH", "/clusters/{cluster_id}", self.patch_cluster),
            ("DELETE", "/clusters/{cluster_id}", self.delete_cluster),
            *(
                ("POST", f"/clusters/{{cluster_id}}/nodes/{{node_id}}/{action}", self.tending(action))
                for action in ("cordon", "uncordon", "drain")
            ),
        ]

    # ------------------------------------------------------------------ reading

    def list_providers(self, call: Call) -> Response:
        return answer({"data": {"providers": [wire.provider(offer) for offer in CATALOG["providers"]]}})

    def list_regions(self, call: Call) -> Response:
        """Regions, in a member named providers. Parameters of paging are accepted and ignored."""
        listed = [each for each in CATALOG["regions"] if wanted(call, "provider", each["provider"])]
        return answer({"data": {"providers": [wire.region(offer) for offer in listed]}})

    def list_node_types(self, call: Call) -> Response:
        """Machine types, in a member named providers."""
        region = call.query.get("region")
        clouds = {each["provider"] for each in CATALOG["regions"] if region in (None, each["id"])}
        listed = [
            each
            for each in CATALOG["node_types"]
            if each["provider"] in clouds
            and wanted(call, "provider", each["provider"])
            and wanted(call, "family", each["family"])
            and wanted(call, "hasGpu", "true" if "gpu" in each else "false")
        ]
        return answer({"data": {"providers": [wire.node_type(offer) for offer in listed]}})

    def list_integrations(self, call: Call) -> Response:
        own = self.scope_of(call).integrations.values()
        return paged(call, "integrations", map(wire.integration, own))

    def get_integration(self, call: Call) -> Response:
        return answer({"data": wire.integration(self.integration_of(call), with_credentials=True)})

    def list_clusters(self, call: Call) -> Response:
        scope = self.scope_of(call)
        return paged(call, "clusters", (wire.cluster(found, scope) for found in scope.incarnations(call.now)))

    def get_cluster(self, call: Call) -> Response:
        return answer({"data": wire.cluster(self.cluster_of(call), self.scope_of(call))})

    def list_nodes(self, call: Call) -> Response:
        nodes = self.world.nodes(self.cluster_of(call))
        listed = [node for node in nodes if wanted(call, "status", node["status"])]
        return paged(call, "nodes", listed, key="nodeName", has_cursor=False)

    def list_invoices(self, call: Call) -> Response:
        found = billing.invoices(self.scope_of(call), self.world.ids, call.now)
        return paged(call, "invoices", map(billing.listed, found))

    def get_invoice(self, call: Call) -> Response:
        for one in billing.invoices(self.scope_of(call), self.world.ids, call.now):
            if one["id"] == call.params["invoice_id"]:
                return answer({"data": one})
        raise Refusal(404, "Invoice not found")

    def get_usage(self, call: Call) -> Response:
        granularity = call.query.get("granularity", "hour")
        return answer({"data": billing.use(self.scope_of(call), call.now, granularity)})

    # ------------------------------------------------------------------ changing

    def create_integration(self, call: Call) -> Response:
        own = changes.create_integration(self.scope_of(call), call.json(), call.now)
        return answer({"data": wire.integration(own, with_credentials=True)})

    def put_integration(self, call: Call) -> Response:
        own = changes.put_integration(self.scope_of(call), call.json(), call.now)
        return answer({"data": wire.integration(own, with_credentials=True)})

    def patch_integration(self, call: Call) -> Response:
        own = changes.patch_integration(self.scope_of(call), self.integration_of(call), call.json())
        return answer({"data": wire.integration(own, with_credentials=True)})

    def delete_integration(self, call: Call) -> Response:
        changes.delete_integration(self.scope_of(call), self.integration_of(call), call.now)
        return answer({"data": {}})

    def create_cluster(self, call: Call) -> Response:
        made = changes.create_cluster(self.scope_of(call), self.world, call.json(), call.now)
        return self.kept(call, made, is_new=True)

    def put_cluster(self, call: Call) -> Response:
        cluster = changes.put_cluster(self.scope_of(call), self.world, call.json(), call.now)
        return self.kept(call, cluster, is_new=cluster.created_at == call.now)

    def patch_cluster(self, call: Call) -> Response:
        scope, found = self.scope_of(call), self.cluster_of(call)
        late = call.seconds_of(FaultKind.LATE_STATUS)
        patched = changes.patch_cluster(scope, self.world, found, call.json(), call.now, late)
        return self.kept(call, patched, is_new=False)

    def delete_cluster(self, call: Call) -> Response:
        late = call.seconds_of(FaultKind.LATE_STATUS)
        changes.delete_cluster(self.scope_of(call), self.cluster_of(call), call.now, late)
        return answer({"data": {}})

    def tending(self, action: str) -> Endpoint:
        def tend(call: Call) -> Response:
            nodes = self.world.nodes(self.cluster_of(call))
            node = next((each for each in nodes if each["nodeId"] == call.params["node_id"]), None)
            if node is None:
                raise Refusal(404, "Node not found")
            changes.tend_node(self.scope_of(call), node, action)
            return answer({"data": {}})

        return tend

    # ------------------------------------------------------------------ what a call is about

    def kept(self, call: Call, cluster: Cluster, *, is_new: bool) -> Response:
        """The cluster as it was made of what was asked for."""
        cluster = in_its_own_way(cluster, call, is_new=is_new)
        self.scope_of(call).clusters[cluster.id] = cluster
        found = Incarnation(cluster=cluster, moment=cluster.life.at(call.now))
        return answer({"data": wire.cluster(found, self.scope_of(call))})

    def scope_of(self, call: Call) -> Scope:
        scope = self.world.by_token(call.account.token)
        assert scope is not None
        return scope

    def integration_of(self, call: Call) -> Integration:
        own = self.scope_of(call).integrations.get(call.params["integration_id"])
        if own is None:
            raise Refusal(404, "Integration not found")
        return own

    def cluster_of(self, call: Call) -> Incarnation:
        found = self.scope_of(call).find(call.params["cluster_id"], call.now)
        if found is None:
            raise Refusal(404, "Cluster not found")
        return found

    # ------------------------------------------------------------------ letting in and refusing

    def authenticate(self, headers: Headers, params: Mapping[str, str]) -> Account:
        """Of an account's tokens, some may do less: their roles are in `rights`."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        scope = self.world.by_token(token) if scheme == self.scheme else None
        if scope is None:
            raise self.unauthorized()
        account = next(one for one in self.accounts() if one.name == scope.name)
        self.admit(account, params)
        return replace(account, token=token)

    def budget_key(self, connection: HTTPConnection) -> str:
        """All tokens of an account have one limit together."""
        authorization = super().budget_key(connection)
        scope = self.world.by_token(authorization.partition(" ")[2])
        return authorization if scope is None else scope.name

    def allowed(self, right: str | None, endpoint: Endpoint) -> Endpoint:
        """The endpoint, for tokens that have the right."""

        def guarded(call: Call) -> Response:
            role = role_of(self.scope_of(call), call.account.token)
            if right is not None and (role is None or not ROLES[role](right)):
                raise Refusal(403, f"Missing permission: {right}")
            return endpoint(call)

        return guarded

    def admit(self, account: Account, params: Mapping[str, str]) -> None:
        if params.get("team_id", account.external_id) != account.external_id:
            raise Refusal(403, "Forbidden")

    def unauthorized(self) -> Refusal:
        return Refusal(401, "Unauthorized")

    def refuse(self, refusal: Refusal) -> Response:
        error: Json = {"status": refusal.status, "message": refusal.message}
        if refusal.fields is not None:
            error |= {"id": "nf-invalid-request-body", "details": dict(refusal.fields)}
        return answer({"error": error}, status=refusal.status, headers=refusal.headers)

    def rate_headers(self, allowance: Allowance) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(allowance.limit),
            "x-ratelimit-remaining": str(allowance.remaining),
            "x-ratelimit-reset": str(allowance.seconds_left(self.clock.now())),
        }

    def rate_limited(self, allowance: Allowance) -> Refusal:
        return Refusal(429, "Too many requests")

    # ------------------------------------------------------------------ spoiling

    def replace_items(self, body: Json, change: Callable[[Json], Json], *, only_first: bool = False) -> Json:
        data = body.get("data", {})
        name = next((name for name in LISTS if isinstance(data.get(name), list)), None)
        changed = (
            change(data) if name is None else {name: changed_items(data[name], change, only_first=only_first)}
        )
        return body | {"data": changed}

    def with_unknown_phase(self, item: Json) -> Json:
        if "nodeId" in item:
            return item | {"status": "SLEEPWALKING"}
        return item | {"status": {"state": {"state": "sleepwalking"}}} if "status" in item else item

    def with_repeated_page(self, body: Json, query: QueryParams) -> Json:
        if "pagination" not in body:
            return body
        return body | {"pagination": repeated(body["pagination"], query)}


def wanted(call: Call, name: str, value: str) -> bool:
    """Whether the query includes this value."""
    return call.query.get(name, value) == value
