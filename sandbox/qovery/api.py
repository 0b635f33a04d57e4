"""Qovery's HTTP API: its endpoints and refusals."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from math import ceil
from uuid import UUID

from starlette.datastructures import Headers, QueryParams
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.api import Account, Api, Call, Endpoint, Refusal, Said, Socket, answer, changed_items
from sandbox.faults import MISBEHAVIOURS, FaultKind, Json
from sandbox.limits import Allowance, RateLimit
from sandbox.months import Month, months_until
from sandbox.qovery import catalog, changes, credentials, nodes, tokens, wire
from sandbox.qovery.paging import pagination, results
from sandbox.qovery.settings import Ways
from sandbox.qovery.world import CLOUDS, Cluster, Credential, Incarnation, Organization, World

ORGANIZATION = "/organization/{organization_id}"
CLUSTERS = f"{ORGANIZATION}/cluster"
CLUSTER = f"{CLUSTERS}/{{cluster_id}}"
CREDENTIALS = f"{ORGANIZATION}/{{cloud}}/credentials"


def ways(call: Call) -> Ways:
    return Ways(
        hidden_seconds=call.seconds_of(FaultKind.HIDDEN),
        late_seconds=call.seconds_of(FaultKind.LATE_STATUS),
        converts_machines=FaultKind.CONVERTED_MACHINE in call.misbehaviours,
        rounds_sizes=FaultKind.ROUNDED_SIZE in call.misbehaviours,
        adds_label=FaultKind.ADDED_LABEL in call.misbehaviours,
    )


class Qovery(Api[World]):
    provider = "qovery"
    rate_limit = RateLimit(requests=1000, window_seconds=3600)
    scheme = "Token"
    identity = ("id", "name", "cluster_id", "credential")
    misbehaviours = MISBEHAVIOURS

    def new_world(self, seed: int) -> World:
        return World(seed)

    def accounts(self) -> list[Account]:
        return [
            Account(
                provider=self.provider,
                name=organization.name,
                external_id=organization.id,
                token=organization.token,
            )
            for organization in self.world.organizations
        ]

    def routes(self) -> list[Route]:
        return [
            self.route("GET", CLUSTERS, self.list_clusters),
            self.route("GET", f"{CLUSTERS}/status", self.list_statuses),
            self.route("GET", f"{CLUSTER}/status", self.get_status),
            self.route("GET", f"{CLUSTER}/isReady", self.get_readiness),
            self.route("GET", f"{CLUSTER}/kubeconfig", self.get_kubeconfig),
            self.route("GET", f"{CLUSTER}/cloudProviderInfo", self.get_cloud_provider_info),
            self.route("GET", f"{CLUSTER}/currentCost", self.get_cluster_cost),
            self.route("GET", f"{ORGANIZATION}/currentCost", self.get_organization_cost),
            self.route("GET", f"{ORGANIZATION}/invoice", self.list_invoices),
            self.route("GET", f"{ORGANIZATION}/lock", self.list_locks),
            self.route("GET", f"{ORGANIZATION}/credentials", self.list_all_credentials),
            self.route("GET", CREDENTIALS, self.list_credentials),
            self.route("GET", f"{CREDENTIALS}/{{credential_id}}", self.get_credential),
            self.route("POST", CLUSTERS, self.create_cluster),
            self.route("PUT", CLUSTER, self.put_cluster),
            self.route("DELETE", CLUSTER, self.delete_cluster),
            self.route("POST", f"{CLUSTER}/deploy", self.deploy_cluster),
            self.route("POST", f"{CLUSTER}/stop", self.stop_cluster),
            self.route("POST", "/cluster/{cluster_id}/upgrade", self.upgrade_cluster),
            self.route("POST", "/cluster/{cluster_id}/lock", self.lock_cluster),
            self.route("DELETE", "/cluster/{cluster_id}/lock", self.unlock_cluster),
            self.route("PUT", f"{CLUSTER}/kubeconfig", self.put_kubeconfig),
            self.route("POST", f"{CLUSTER}/cloudProviderInfo", self.post_cloud_provider_info),
            self.route("POST", CREDENTIALS, self.create_credential),
            self.route("PUT", f"{CREDENTIALS}/{{credential_id}}", self.put_credential),
            self.route("DELETE", f"{CREDENTIALS}/{{credential_id}}", self.delete_credential),
            *(self.route("GET", path, self.listing(offered)) for path, offered in catalog.LISTS.items()),
        ]

    def sockets(self) -> Mapping[str, Socket]:
        """On the address of the API, where the vendor has another. The names are at the path that the vendor's command
        asks; its document says `/cluster/node`.
        """
        return {"/cluster/metrics": self.watch_metrics, "/cluster/nodes": self.tell_nodes}

    # ------------------------------------------------------------------ nodes

    def watch_metrics(self, call: Call) -> Said:
        found = self.cluster_in_query(call)
        if not nodes.has_agent(found):
            return Said(code=1011, reason="NotFound: the cluster has no agent for metrics")
        return Said(body=nodes.measured(found), is_stream=True)

    def tell_nodes(self, call: Call) -> Said:
        return Said(body=nodes.listed(self.cluster_in_query(call)))

    def cluster_in_query(self, call: Call) -> Incarnation:
        for name in ("organization", "cluster"):
            try:
                UUID(call.query[name])
            except (KeyError, ValueError):
                raise Refusal(400, f"{name} is not a UUID") from None
        self.admit(call.account, {"organization_id": call.query["organization"]})
        organization = self.organization_of(call)
        if not organization.reaches_gateway:
            raise Refusal(403, "this token has no access to the gateway")
        found = organization.find(call.query["cluster"], call.now)
        if found is None:
            raise Refusal(404, "cluster not found")
        return found

    # ------------------------------------------------------------------ clusters

    def list_clusters(self, call: Call) -> Response:
        organization = self.organization_of(call)
        found = organization.incarnations(call.now)
        return results(call, (wire.cluster(each, organization) for each in found))

    def list_statuses(self, call: Call) -> Response:
        return results(call, map(wire.status, self.organization_of(call).incarnations(call.now)))

    def get_status(self, call: Call) -> Response:
        return answer(wire.status(self.cluster_of(call)))

    def get_readiness(self, call: Call) -> Response:
        found = self.cluster_of(call)
        return answer({"is_ready": found.is_deployed and not found.is_busy and found.status != "STOPPED"})

    def get_kubeconfig(self, call: Call) -> Response:
        found = self.cluster_of(call)
        own = found.cluster.kubeconfig
        is_given = found.cluster.spec["kubernetes"] == "PARTIALLY_MANAGED"
        if not found.is_deployed if not is_given else own is None:
            raise Refusal(404, "the cluster has no kubeconfig")
        return PlainTextResponse(own or wire.kubeconfig(found), media_type="application/x-yaml")

    def get_cloud_provider_info(self, call: Call) -> Response:
        return answer(wire.cloud_provider_info(self.cluster_of(call), self.organization_of(call)))

    def get_cluster_cost(self, call: Call) -> Response:
        return answer(wire.cost_range(self.cluster_of(call)))

    def list_locks(self, call: Call) -> Response:
        locks = map(wire.lock, self.organization_of(call).incarnations(call.now))
        return results(call, filter(None, locks))

    def get_organization_cost(self, call: Call) -> Response:
        found = self.organization_of(call).incarnations(call.now)
        cents = sum(each.cluster.cost[0] for each in found if each.cluster.cost)
        renewal = (call.now.replace(day=1) + timedelta(days=32)).replace(day=1)
        return answer(
            {
                "plan": "BUSINESS_2025",
                "remaining_trial_day": 0,
                "renewal_at": wire.instant(renewal),
                "cost": {"total_in_cents": cents, "total": cents / 100, "currency_code": "USD"},
            }
        )

    def list_invoices(self, call: Call) -> Response:
        organization = self.organization_of(call)
        past = [month for month in months_until(call.now) if month.ends <= call.now]
        return results(call, (self.invoice(organization, month) for month in past))

    def invoice(self, organization: Organization, month: Month) -> Json:
        """No period, no lines: what its schema has."""
        cents = 29_900 + 100 * month.begins.month
        return {
            "id": self.world.ids.uuid("invoice", organization.id, month.name),
            "created_at": wire.instant(month.ends),
            "status": "PAID",
            "total_in_cents": cents,
            "total": cents / 100,
            "currency_code": "USD",
        }

    # ------------------------------------------------------------------ credentials

    def list_all_credentials(self, call: Call) -> Response:
        organization = self.organization_of(call)
        listed = [
            wire.credential_with_clusters(own, organization, call.now)
            for own in organization.credentials.values()
        ]
        return results(call, listed)

    def list_credentials(self, call: Call) -> Response:
        own = self.organization_of(call).credentials.values()
        return results(call, (wire.credential(each) for each in own if each.cloud == call.params["cloud"]))

    def get_credential(self, call: Call) -> Response:
        return answer(wire.credential(self.credential_of(call)))

    # ------------------------------------------------------------------ catalog

    def listing(self, offered: list[Json]) -> Endpoint:
        return lambda call: results(call, offered)

    # ------------------------------------------------------------------ changing

    def create_cluster(self, call: Call) -> Response:
        cluster = changes.create(
            self.organization_of(call), call.json(), self.world.ids, call.now, ways=ways(call)
        )
        return self.shown(call, cluster, status=201)

    def put_cluster(self, call: Call) -> Response:
        cluster = changes.put(
            self.organization_of(call),
            self.cluster_of(call),
            call.json(),
            self.world.ids,
            call.now,
            ways=ways(call),
        )
        return self.shown(call, cluster)

    def delete_cluster(self, call: Call) -> Response:
        mode = call.query.get("deleteMode", "DEFAULT")
        changes.delete(self.organization_of(call), self.cluster_of(call), mode, call.now)
        return Response(status_code=204)

    def deploy_cluster(self, call: Call) -> Response:
        found, is_dry_run = self.cluster_of(call), call.query.get("dry_run") == "true"
        changes.deploy(self.organization_of(call), found, call.now, is_dry_run=is_dry_run, ways=ways(call))
        return self.status_shown(call, found, status=201)

    def stop_cluster(self, call: Call) -> Response:
        found = self.cluster_of(call)
        changes.stop(self.organization_of(call), found, call.now, ways=ways(call))
        return self.status_shown(call, found, status=202)

    def upgrade_cluster(self, call: Call) -> Response:
        found = self.cluster_of(call)
        changes.upgrade(self.organization_of(call), found, call.now, ways=ways(call))
        return self.status_shown(call, found, status=201)

    def lock_cluster(self, call: Call) -> Response:
        found = self.cluster_of(call)
        changes.lock(self.organization_of(call), found, call.json(), call.account.name, call.now)
        return answer(wire.lock(self.again(call, found)))

    def unlock_cluster(self, call: Call) -> Response:
        changes.unlock(self.organization_of(call), self.cluster_of(call), call.now)
        return Response(status_code=204)

    def put_kubeconfig(self, call: Call) -> Response:
        if call.headers.get("content-type") != "application/x-yaml":
            raise Refusal(415, "a kubeconfig is application/x-yaml")
        text = call.body.decode()
        changes.put_kubeconfig(self.organization_of(call), self.cluster_of(call), text, call.now)
        return Response(status_code=204)

    def post_cloud_provider_info(self, call: Call) -> Response:
        organization, found = self.organization_of(call), self.cluster_of(call)
        changes.put_credentials_in_use(organization, found, call.json(), call.now)
        return answer(wire.cloud_provider_info(self.again(call, found), organization), status=201)

    def create_credential(self, call: Call) -> Response:
        organization, cloud = self.organization_of(call), call.params["cloud"]
        if cloud not in CLOUDS.values():
            raise Refusal(404, "not found")
        own = credentials.create(organization, cloud, call.json(), self.world.ids, call.now)
        return answer(wire.credential(own), status=201)

    def put_credential(self, call: Call) -> Response:
        organization, own = self.organization_of(call), self.credential_of(call)
        return answer(wire.credential(credentials.put(organization, own, call.json(), self.world.ids)))

    def delete_credential(self, call: Call) -> Response:
        credentials.delete(self.organization_of(call), self.credential_of(call), call.now)
        return Response(status_code=204)

    # ------------------------------------------------------------------ what a call is about

    def shown(self, call: Call, cluster: Cluster, *, status: int = 200) -> Response:
        found = Incarnation(cluster=cluster, moment=cluster.life.at(call.now))
        return answer(wire.cluster(found, self.organization_of(call)), status=status)

    def status_shown(self, call: Call, found: Incarnation, *, status: int) -> Response:
        return answer(wire.status(self.again(call, found)), status=status)

    def again(self, call: Call, found: Incarnation) -> Incarnation:
        """The cluster after a change."""
        changed = self.organization_of(call).find(found.id, call.now)
        assert changed is not None
        return changed

    def organization_of(self, call: Call) -> Organization:
        """The caller's scope, which a path can name."""
        organization = self.world.by_id(call.account.external_id or "")
        assert organization is not None
        return organization

    def credential_of(self, call: Call) -> Credential:
        own = self.organization_of(call).credentials.get(call.params["credential_id"])
        if own is None or own.cloud != call.params["cloud"]:
            raise Refusal(404, "credentials not found")
        return own

    def cluster_of(self, call: Call) -> Incarnation:
        found = self.organization_of(call).find(call.params["cluster_id"], call.now)
        if found is None:
            raise Refusal(404, "cluster not found")
        return found

    # ------------------------------------------------------------------ letting in and refusing

    def authenticate(self, headers: Headers, params: Mapping[str, str]) -> Account:
        """`Token` stands before an API token, `Bearer` before the JWT of a person."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        person_of = tokens.organization_of(token, self.clock.now()) if scheme == "Bearer" else None
        for account, organization in zip(self.accounts(), self.world.organizations, strict=True):
            is_api_token = token in (organization.token, organization.viewer_token)
            if (scheme == self.scheme and is_api_token) or person_of == organization.id:
                self.admit(account, params)
                return replace(account, token=token)
        raise self.unauthorized()

    def admit_change(self, account: Account) -> None:
        """Raises a Refusal (403) for a token that may only read."""
        if account.token in {organization.viewer_token for organization in self.world.organizations}:
            raise Refusal(403, "your role does not allow this")

    def admit(self, account: Account, params: Mapping[str, str]) -> None:
        if params.get("organization_id", account.external_id) != account.external_id:
            raise Refusal(403, "you have no access to this organization")  # also if the id does not exist

    def unauthorized(self) -> Refusal:
        return Refusal(401, "the API token is missing or wrong")

    def refuse(self, refusal: Refusal) -> Response:
        # The vendor's documents show `message`, its clients read `detail`, so both are here.
        text = "message" if refusal.status == 400 else "detail"
        reason = HTTPStatus(refusal.status).phrase
        body = {"status": refusal.status, "error": reason, text: refusal.message}
        return answer(body, status=refusal.status, headers=refusal.headers)

    def rate_headers(self, allowance: Allowance) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(allowance.limit),
            "X-RateLimit-Remaining": str(allowance.remaining),
            "X-RateLimit-Reset": str(ceil(allowance.resets_at.timestamp())),
        }

    def rate_limited(self, allowance: Allowance) -> Refusal:
        return Refusal(429, "rate limit exceeded")

    # ------------------------------------------------------------------ spoiling

    def replace_items(self, body: Json, change: Callable[[Json], Json], *, only_first: bool = False) -> Json:
        listed = next((name for name in ("results", "nodes") if name in body), None)
        if listed is None:
            return change(body)
        return body | {listed: changed_items(body[listed], change, only_first=only_first)}

    def with_unknown_phase(self, item: Json) -> Json:
        return item | {"status": "DEFRAGMENTING"}

    def with_repeated_page(self, body: Json, query: QueryParams) -> Json:
        listed = body.get("results", [])
        return body | {"pagination": pagination(page=1, size=len(listed) or 1, total=3 * len(listed) or 3)}
