import { graphql, useFragment } from "react-relay";
import type { Kupe_details$data, Kupe_details$key } from "../../__generated__/Kupe_details.graphql";
import { words } from "../../model/phase";
import { Ago } from "../../parts/Ago";
import { Fact, yes } from "../../parts/Fact";

export function Kupe({ details }: { details: Kupe_details$key }) {
  const data = useFragment(
    graphql`
      fragment Kupe_details on KupeClusterDetails {
        isolation
        isHighlyAvailable
        requestedVersion
        alertsDigest
        quantities {
          cpu
          memory
          storage
        }
        highAvailability {
          phase
          isConfigured
          enabledAt
          replicasReady
          replicasDesired
          etcdReplicasReady
          etcdReplicasDesired
        }
        conditions {
          type
          status
          reason
          message
          lastTransitionAt
        }
      }
    `,
    details,
  );
  const { quantities, highAvailability: replicas } = data;
  return (
    <>
      <dl className="facts">
        <Fact title="Isolation">{data.isolation && words(data.isolation)}</Fact>
        <Fact title="Version asked for">{data.requestedVersion}</Fact>
        <Fact title="Size asked for">
          {quantities && [quantities.cpu && `${quantities.cpu} CPU`, quantities.memory && `${quantities.memory} memory`, quantities.storage && `${quantities.storage} storage`].filter(Boolean).join(", ")}
        </Fact>
        <Fact title="Highly available">
          {yes(data.isHighlyAvailable)}
          {replicas?.enabledAt && (
            <span className="muted">
              , charged since <Ago at={replicas.enabledAt} exact />
            </span>
          )}
        </Fact>
        <Fact title="Replicas">{replicas && stateOf(replicas)}</Fact>
        <Fact title="Alerts overridden">{data.alertsDigest && <span title={`Fleetgraph keeps a digest alone: ${data.alertsDigest}`}>yes</span>}</Fact>
      </dl>
      {data.conditions.length > 0 && (
        <ul className="items narrow" aria-label="Conditions">
          {data.conditions.map(({ type, status, reason, message, lastTransitionAt }) => (
            <li key={type} className="item">
              <div className="what">
                <span className="name">
                  {type}: {status ?? "not said"}
                </span>{" "}
                <span className="where">{reason}</span>
                {message && <p>{message}</p>}
              </div>
              {lastTransitionAt && (
                <span className="when">
                  since <Ago at={lastTransitionAt} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

type Replicas = NonNullable<Kupe_details$data["highAvailability"]>;

/** ha-degraded, with 2 of 3 -> Degraded, 2 of 3 ready, of etcd 3 of 3. */
function stateOf(replicas: Replicas): string {
  const { phase, isConfigured, replicasReady, replicasDesired, etcdReplicasReady, etcdReplicasDesired } = replicas;
  return [
    phase && words(phase.replace(/^ha-/, "")),
    replicasDesired != null && `${replicasReady ?? 0} of ${replicasDesired} ready`,
    etcdReplicasDesired != null && `of etcd ${etcdReplicasReady ?? 0} of ${etcdReplicasDesired}`,
    isConfigured === false && "not all of them were ready yet",
  ]
    .filter(Boolean)
    .join(", ");
}
