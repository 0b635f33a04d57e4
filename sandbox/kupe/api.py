"""Kupe's HTTP API: its endpoints and refusals."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api import Account, Api, Call, Refusal, answer, changed_items
from sandbox.faults import FaultKind, Json
from sandbox.kupe import changes
from sandbox.kupe.world import (
    PLANS,
    READY,
    Cluster,
    Tenant,
    World,
    certificate_authority,
    endpoint,
    invoice,
    plan,
    pool,
    render,
    usage,
)
from sandbox.limits import Allowance, RateLimit
from sandbox.months import months_until

TENANT = "/api/v1/tenants/{tenant}"


class Kupe(Api[World]):
    provider = "kupe"
    rate_limit = RateLimit(requests=50, window_seconds=10)  # the vendor says "per source IP" without a number
    identity = ("name", "createdAt")
    has_pages = False
    misbehaviours = frozenset({FaultKind.HIDDEN, FaultKind.LATE_STATUS, FaultKind.ROUNDED_SIZE})

    _request_numbers = count(1)

    def new_world(self, seed: int) -> World:
        return World(seed)

    def accounts(self) -> list[Account]:
        return [
            Account(
                provider=self.provider, name=tenant.display_name, external_id=tenant.name, token=tenant.token
            )
            for tenant in self.world.tenants.values()
        ]

    def routes(self) -> list[Route]:
        return [
            self.route("GET", "/api/v1/plans", self.list_plans),
            self.route("GET", "/api/v1/plans/{plan}", self.get_plan),
            self.route("GET", TENANT, self.get_tenant),
            self.route("GET", f"{TENANT}/invoices", self.list_invoices),
            self.route("GET", f"{TENANT}/invoices/{{invoice}}", self.get_invoice),
            self.route("GET", f"{TENANT}/clusters", self.list_clusters),
            self.route("GET", f"{TENANT}/clusters/{{name}}", self.get_cluster),
            self.route("GET", f"{TENANT}/clusters/{{name}}/kubeconfig", self.get_kubeconfig),
            self.route("POST", f"{TENANT}/clusters", self.create_cluster),
            self.route("PATCH", f"{TENANT}/clusters/{{name}}", self.patch_cluster),
            self.route("DELETE", f"{TENANT}/clusters/{{name}}", self.delete_cluster),
        ]

    # ------------------------------------------------------------------ reading

    def list_plans(self, call: Call) -> Response:
        return answer({"items": [plan(name) for name in PLANS]})

    def get_plan(self, call: Call) -> Response:
        if call.params["plan"] not in PLANS:
            raise Refusal(404, "plan not found")
        return answer(plan(call.params["plan"]))

    def get_tenant(self, call: Call) -> Response:
        tenant = self.tenant_of(call)
        return answer(
            {
                "name": tenant.name,
                "displayName": tenant.display_name,
                "contactEmail": f"planted@{tenant.name}.example",
                "plan": tenant.plan,
                "enforceMetricsLimit": True,
                "enforceLogLimit": False,
                "members": [{"email": f"planted@{tenant.name}.example", "role": "admin"}],
                "status": {
                    "phase": "Active",
                    "clusterCount": sum(1 for _ in tenant.living(call.now)),
                    "poolResources": pool(PLANS[tenant.plan]),
                    "allocatedResources": pool(tenant.allocated(call.now)),
                    "currentUsage": usage(tenant, call.now),
                },
                "resourceVersion": "184920",
                "createdAt": "2024-09-01T00:00:00Z",
            },
            headers={"ETag": '"184920"'},
        )

    def list_invoices(self, call: Call) -> Response:
        tenant = self.tenant_of(call)
        past = [month for month in months_until(call.now) if month.ends <= call.now]
        return answer({"items": [invoice(tenant, month) for month in reversed(past)]})

    def get_invoice(self, call: Call) -> Response:
        tenant = self.tenant_of(call)
        for month in months_until(call.now):
            if month.name == call.params["invoice"] and month.ends <= call.now:
                return answer(invoice(tenant, month))
        raise Refusal(404, "invoice not found")

    def list_clusters(self, call: Call) -> Response:
        tenant = self.tenant_of(call)
        shown = (cluster for cluster in tenant.living(call.now) if not cluster.is_hidden(call.now))
        items = [render(tenant, tenant.shown(cluster, call.now), call.now) for cluster in shown]
        return answer({"items": items})

    def get_cluster(self, call: Call) -> Response:
        return self.shown(call, self.tenant_of(call).shown(self.cluster_of(call), call.now))

    def get_kubeconfig(self, call: Call) -> Response:
        tenant, cluster = self.tenant_of(call), self.cluster_of(call)
        if cluster.phase(call.now) not in READY:
            raise Refusal(503, "cluster is not ready")
        return answer(
            {
                "endpoint": endpoint(tenant, cluster),
                "certificateAuthority": certificate_authority(tenant, cluster),
            }
        )

    # ------------------------------------------------------------------ changing

    def create_cluster(self, call: Call) -> Response:
        tenant = self.changeable_tenant_of(call)
        cluster = changes.create(tenant, call.json(), call.now)
        cluster = self.in_its_own_way(call, tenant, cluster)
        if seconds := call.seconds_of(FaultKind.HIDDEN):
            cluster = replace(cluster, hidden_until=call.now + timedelta(seconds=seconds))
            tenant.clusters[cluster.name] = cluster
        return self.shown(call, cluster, status=201, more=changes.warnings(tenant, cluster))

    def patch_cluster(self, call: Call) -> Response:
        tenant, cluster = self.changeable_tenant_of(call), self.cluster_of(call)
        if_match = call.headers.get("if-match")
        patched = changes.patch(tenant, cluster, call.json(), if_match, call.now)
        self.delay(call, tenant, cluster)
        return self.shown(call, self.in_its_own_way(call, tenant, patched))

    def delete_cluster(self, call: Call) -> Response:
        tenant, cluster = self.changeable_tenant_of(call), self.cluster_of(call)
        changes.delete(tenant, cluster, call.now)
        self.delay(call, tenant, cluster)
        return Response(status_code=204)

    def delay(self, call: Call, tenant: Tenant, before: Cluster) -> None:
        if seconds := call.seconds_of(FaultKind.LATE_STATUS):
            tenant.late[before.name] = (before, call.now + timedelta(seconds=seconds))

    def in_its_own_way(self, call: Call, tenant: Tenant, cluster: Cluster) -> Cluster:
        """With quantities as Kubernetes writes them, where this is asked for."""
        if FaultKind.ROUNDED_SIZE in call.misbehaviours:
            cluster = changes.respelled(cluster)
            tenant.clusters[cluster.name] = cluster
        return cluster

    # ------------------------------------------------------------------ what a call is about

    def shown(self, call: Call, cluster: Cluster, *, status: int = 200, more: Json | None = None) -> Response:
        """A cluster together with its ETag."""
        tenant = self.tenant_of(call)
        etag = tenant.etag(cluster, call.now)
        body = render(tenant, cluster, call.now) | (more or {})
        return answer(body, status=status, headers={"ETag": etag})

    def tenant_of(self, call: Call) -> Tenant:
        return self.world.tenants[call.params["tenant"]]

    def changeable_tenant_of(self, call: Call) -> Tenant:
        tenant = self.tenant_of(call)
        if tenant.role != "admin":
            raise Refusal(403, "this API key is read-only")
        return tenant

    def cluster_of(self, call: Call) -> Cluster:
        cluster = self.tenant_of(call).find(call.params["name"], call.now)
        if cluster is None or cluster.is_hidden(call.now):
            raise Refusal(404, "cluster not found")
        return cluster

    # ------------------------------------------------------------------ letting in and refusing

    def authenticate(self, headers: Headers, params: Mapping[str, str]) -> Account:
        """The catalogue of plans is for everybody."""
        if "tenant" not in params:
            return Account(provider=self.provider, name="", external_id=None, token="")
        return super().authenticate(headers, params)

    def admit(self, account: Account, params: Mapping[str, str]) -> None:
        if params["tenant"] != account.external_id:
            raise Refusal(403, "this API key belongs to another tenant")

    def unauthorized(self) -> Refusal:
        return Refusal(401, "invalid API key")

    def refuse(self, refusal: Refusal) -> Response:
        headers = {"X-Request-Id": f"req-{next(self._request_numbers):06d}"} | refusal.headers
        body = {"error": refusal.message}
        if isinstance(refusal, changes.CodedRefusal):
            body |= {
                "code": refusal.code,
                "severity": "error",
                "message": refusal.message,
                "field": refusal.field,
            }
        return answer(body, status=refusal.status, headers=headers)

    def budget_key(self, connection: HTTPConnection) -> str:
        return connection.client.host if connection.client else ""

    def rate_limited(self, allowance: Allowance) -> Refusal:
        seconds = allowance.seconds_left(self.clock.now())
        return Refusal(429, "too many requests", headers={"Retry-After": str(seconds)})

    # ------------------------------------------------------------------ spoiling

    def replace_items(self, body: Json, change: Callable[[Json], Json], *, only_first: bool = False) -> Json:
        if "items" not in body:
            return change(body)
        return body | {"items": changed_items(body["items"], change, only_first=only_first)}

    def with_unknown_phase(self, item: Json) -> Json:
        return item | {"status": item.get("status", {}) | {"phase": "Hibernating"}}
