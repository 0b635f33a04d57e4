"""A fake Beacon: a real HTTP server with clusters that live."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.responses import Response
from starlette.routing import Route

from sandbox.api import Account, Api, Call, Refusal, answer, changed_items
from sandbox.bodies import Body
from sandbox.clock import EPOCH
from sandbox.faults import Json
from sandbox.life import Life, is_doomed
from sandbox.limits import Allowance, RateLimit

BIRTH = "starting 10, up"
DOOM = "starting 10, failed"
DEATH = "stopping 10, gone"
SERVING = ("up", "moving")


@dataclass(kw_only=True)
class Cluster:
    name: str
    size: str
    life: Life
    created: datetime = EPOCH

    def state(self, now: datetime) -> str:
        return self.life.at(now).state

    def render(self, now: datetime) -> Json:
        body = {
            "id": self.name,
            "name": self.name,
            "size": self.size,
            "state": self.state(now),
            "created": self.created.isoformat(),
        }
        return body | (
            {"address": f"https://{self.name}.beacon.invalid"} if self.state(now) in SERVING else {}
        )


def first_clusters() -> dict[str, Cluster]:
    scripts = {"harbor": "up", "lagoon": "up 40, moving 15, again", "reef": "failed"}
    return {
        name: Cluster(name=name, size="small", life=Life.parse(script, began=EPOCH))
        for name, script in scripts.items()
    }


@dataclass
class World:
    clusters: dict[str, Cluster] = field(default_factory=first_clusters)

    def living(self, now: datetime) -> list[Cluster]:
        return [cluster for cluster in self.clusters.values() if cluster.state(now) != "gone"]


class Beacon(Api[World]):
    provider = "beacon"
    rate_limit = RateLimit(requests=1000, window_seconds=60)
    identity = ("id",)
    has_pages = False

    def new_world(self, seed: int) -> World:
        return World()

    def accounts(self) -> list[Account]:
        return [Account(provider=self.provider, name="Lighthouse", external_id=None, token="beacon_sandbox")]

    def routes(self) -> list[Route]:
        return [
            self.route("GET", "/v1/clusters", self.list_clusters),
            self.route("POST", "/v1/clusters", self.create_cluster),
            self.route("DELETE", "/v1/clusters/{id}", self.delete_cluster),
        ]

    def list_clusters(self, call: Call) -> Response:
        return answer({"clusters": [cluster.render(call.now) for cluster in self.world.living(call.now)]})

    def create_cluster(self, call: Call) -> Response:
        body = Body(call.json())
        body.allow("name", "size")
        name, size = (
            body.text("name", pattern="[a-z][a-z0-9-]{1,39}"),
            body.choice("size", ("small", "large")),
        )
        if name in {cluster.name for cluster in self.world.living(call.now)}:
            raise Refusal(409, f"there is a cluster {name} already")
        life = Life.parse(DOOM if is_doomed(name) else BIRTH, began=call.now)
        cluster = Cluster(name=name, size=size, life=life, created=call.now)
        self.world.clusters[name] = cluster
        return answer(cluster.render(call.now), status=201)

    def delete_cluster(self, call: Call) -> Response:
        cluster = next((one for one in self.world.living(call.now) if one.name == call.params["id"]), None)
        if cluster is None:
            raise Refusal(404, "there is no such cluster")
        cluster.life = Life.parse(DEATH, began=call.now)
        return Response(status_code=204)

    def unauthorized(self) -> Refusal:
        return Refusal(401, "unknown token")

    def refuse(self, refusal: Refusal) -> Response:
        return answer({"message": refusal.message}, status=refusal.status, headers=refusal.headers)

    def rate_limited(self, allowance: Allowance) -> Refusal:
        seconds = allowance.seconds_left(self.clock.now())
        return Refusal(429, "too many requests", headers={"Retry-After": str(seconds)})

    def replace_items(self, body: Json, change: Callable[[Json], Json], *, only_first: bool = False) -> Json:
        if "clusters" not in body:
            return change(body)
        return body | {"clusters": changed_items(body["clusters"], change, only_first=only_first)}

    def with_unknown_phase(self, item: Json) -> Json:
        return item | {"state": "drifting"}
