/** What a cluster is called, how it is, and the changes that can be asked for. */
import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { Header_cluster$data, Header_cluster$key } from "../__generated__/Header_cluster.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { words } from "../model/phase";
import { useNow } from "../model/time";
import { Ago, Due, For } from "../parts/Ago";
import { Banner } from "../parts/Banner";
import { Button, Outside } from "../parts/Button";
import { Expected } from "../parts/Expected";
import { Icon } from "../parts/icons";
import { OperationState, Phase } from "../parts/Phase";
import { SourceMenu, type Source } from "../parts/Section";
import { RefreshAccount } from "../accounts/RefreshAccount";
import { ReadOnly, useRefusal } from "../shell/Viewer";
import { Delete } from "./Delete";
import { LockButton, Locked, useLock } from "./Lock";
import { Resize } from "./Resize";
import { Upgrade } from "./Upgrade";
import { useVerbs, type VerbName } from "./useVerbs";

export function Header({ cluster, source }: { cluster: Header_cluster$key; source: Source }) {
  const data = useFragment(
    graphql`
      fragment Header_cluster on Cluster {
        id
        name
        displayName
        revision
        version
        isDeletionProtected
        upgrade {
          state
          versions
        }
        ...sizes_cluster
        ...Lock_cluster
        provider {
          name
        }
        account {
          id
          name
        }
        status {
          phase
          providerPhase
          providerOperation
          message
          since
          isConverged
        }
        freshness {
          state
          observedAt
          nextAttemptAt
          lastFailure {
            message
          }
        }
        eta {
          expectedAt
          lateAt
          sampleCount
        }
        consoleUrl
        capabilities {
          capability
          isSupported
          reason
        }
        operation {
          id
          kind
          state
          requestedBy
          requestedAt
          deadline
          failure {
            message
          }
        }
      }
    `,
    cluster,
  );
  const { status, freshness, operation } = data;
  const { lock } = useLock(data);
  return (
    <header className="cluster-header">
      <p className="crumbs">
        <Link to="/clusters">Clusters</Link>
        <Icon name="right" size={12} />
        <span>{data.provider.name}</span>
        <Icon name="right" size={12} />
        <span>{data.account.name}</span>
      </p>
      <div className="title">
        <h2>{data.displayName}</h2>
        <Phase phase={status.phase} word={status.providerPhase} />
        <span className="muted">
          for <For since={status.since} />
          <Expected eta={data.eta} />
        </span>
        {status.isConverged === false && <span className="chip tone-moving">Change not applied yet</span>}
        <span className="spread" />
        <Actions cluster={data} />
        <SourceMenu title="cluster" {...source} />
      </div>
      {data.name !== data.displayName && <p className="muted small mono">{data.name}</p>}
      {freshness.state !== "CURRENT" && (
        <Banner tone="unknown">
          This was seen <Ago at={freshness.observedAt} />. {freshness.lastFailure?.message ?? "The observation is overdue."}{" "}
          {freshness.nextAttemptAt && (
            <>
              Next attempt <Due at={freshness.nextAttemptAt} />.
            </>
          )}
        </Banner>
      )}
      {(status.message || status.providerOperation) && (
        <Banner tone={status.phase === "READY" || status.phase === "STOPPED" ? "still" : toneOf(status.phase)}>
          {status.message}
          {status.providerOperation && ` The provider is at: ${words(status.providerOperation)}.`}
        </Banner>
      )}
      {lock && <Locked lock={lock} />}
      {operation && <InFlight operation={operation} />}
    </header>
  );
}

const toneOf = (phase: string): string => (phase === "FAILED" || phase === "DEGRADED" ? "broken" : "moving");

type Operation = {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly deadline: string;
  readonly failure: { readonly message: string } | null | undefined;
};

function InFlight({ operation }: { operation: Operation }) {
  const now = useNow();
  const began = Date.parse(operation.requestedAt);
  const share = Math.min(1, (now - began) / (Date.parse(operation.deadline) - began));
  return (
    <div className="banner tone-moving flight">
      <OperationState state={operation.state} />
      <p>
        <Link to={`/operations/${encodeURIComponent(operation.id)}`}>{words(operation.kind)}</Link>, asked for by {operation.requestedBy}{" "}
        <Ago at={operation.requestedAt} />. {operation.failure?.message} We stop waiting <Due at={operation.deadline} />.
      </p>
      <progress max={1} value={share} aria-label="Share of the time that we wait" />
    </div>
  );
}

type Subject = Header_cluster$data;

function Actions({ cluster }: { cluster: Subject }) {
  const refusal = useRefusal("WRITE");
  const [opened, setOpened] = useState<VerbName | "delete" | "upgrade" | null>(null);
  const close = () => setOpened(null);
  const verbs = useVerbs(cluster.id);
  const chosen = verbs.find((verb) => verb.name === opened);
  const { upgrade } = cluster;
  const canEnd = upgrade.state === "PENDING_FINALIZATION";
  const { lock } = useLock(cluster);
  const because = (capability: string): string | null => {
    const support = cluster.capabilities.find((one) => one.capability === capability);
    if (!support?.isSupported) return support?.reason ?? "The provider cannot do this.";
    if (lock && capability !== "LOCK_CLUSTER") return "It is locked: unlock it first.";
    return cluster.operation ? "A change is on its way." : null;
  };
  const offers = upgrade.versions ? (upgrade.versions.length > 0 ? null : "No version is on offer.") : "Which versions are on offer is not known.";
  return (
    <span className="buttons">
      {cluster.consoleUrl && <Outside href={cluster.consoleUrl}>Console</Outside>}
      <RefreshAccount id={cluster.account.id} name={cluster.account.name} isWide />
      {refusal ? (
        <ReadOnly refusal={refusal} />
      ) : (
        <>
          {verbs.map((verb) =>
            verb.capability === "FINALIZE_UPGRADE" && !canEnd ? null : (
              <Button key={verb.name} because={because(verb.capability)} onClick={() => setOpened(verb.name)}>
                {verb.label}
              </Button>
            ),
          )}
          <Resize cluster={cluster} because={because("UPDATE_CLUSTER")} />
          <Button because={because("UPGRADE_CLUSTER") ?? offers} onClick={() => setOpened("upgrade")}>
            Upgrade
          </Button>
          <LockButton cluster={cluster} because={because("LOCK_CLUSTER")} />
          <Button
            kind="danger"
            because={because("DELETE_CLUSTER") ?? (cluster.isDeletionProtected ? "Deletion protection is on." : null)}
            onClick={() => setOpened("delete")}
          >
            Delete
          </Button>
          {chosen && (
            <ChangeDialog title={chosen.title} done={chosen.done} label={chosen.label} ask={chosen.ask} onClose={close}>
              <p>{chosen.meaning}</p>
            </ChangeDialog>
          )}
          {opened === "upgrade" && <Upgrade cluster={cluster} onClose={close} />}
          {opened === "delete" && <Delete cluster={cluster} onClose={close} />}
        </>
      )}
    </span>
  );
}
