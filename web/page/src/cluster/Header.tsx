/** What a cluster is called, how it is, and the changes that can be asked for. */
import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { Header_cluster$key } from "../__generated__/Header_cluster.graphql";
import { words } from "../model/phase";
import { useNow } from "../model/time";
import { Ago, For } from "../parts/Ago";
import { Button, Outside } from "../parts/Button";
import { Expected } from "../parts/Expected";
import { Icon } from "../parts/icons";
import { OperationState, Phase } from "../parts/Phase";
import { SourceMenu, type Source } from "../parts/Section";
import { RefreshAccount } from "../accounts/RefreshAccount";
import { useRefusal } from "../shell/Viewer";
import { Delete } from "./Delete";
import { useVerbs } from "./useVerbs";

export function Header({ cluster, source }: { cluster: Header_cluster$key; source: Source }) {
  const data = useFragment(
    graphql`
      fragment Header_cluster on Cluster {
        id
        name
        displayName
        revision
        isDeletionProtected
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
              Next attempt <Ago at={freshness.nextAttemptAt} />.
            </>
          )}
        </Banner>
      )}
      {(status.message || status.providerOperation) && (
        <Banner tone={status.phase === "READY" || status.phase === "STOPPED" ? "still" : toneOf(status.phase)}>
          {status.message}
          {status.providerOperation && ` The provider is at ${status.providerOperation}.`}
        </Banner>
      )}
      {operation && <InFlight operation={operation} />}
    </header>
  );
}

const toneOf = (phase: string): string => (phase === "FAILED" || phase === "DEGRADED" ? "broken" : "moving");

function Banner({ tone, children }: { tone: string; children: React.ReactNode }) {
  return (
    <div className={`banner tone-${tone}`}>
      <Icon name={tone === "broken" ? "BROKEN" : tone === "moving" ? "MOVING" : "UNKNOWN"} />
      <p>{children}</p>
    </div>
  );
}

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
        <Ago at={operation.requestedAt} />. {operation.failure?.message} We stop waiting <Ago at={operation.deadline} />.
      </p>
      <progress max={1} value={share} aria-label="Share of the time that we wait" />
    </div>
  );
}

interface Subject {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly revision: string;
  readonly isDeletionProtected: boolean | null | undefined;
  readonly account: { readonly id: string; readonly name: string };
  readonly status: { readonly phase: string };
  readonly operation: object | null | undefined;
  readonly consoleUrl: string | null | undefined;
  readonly capabilities: readonly { readonly capability: string; readonly isSupported: boolean; readonly reason: string | null | undefined }[];
}

function Actions({ cluster }: { cluster: Subject }) {
  const refusal = useRefusal("WRITE");
  const [isDeleting, setDeleting] = useState(false);
  const { stop, deploy, isBusy } = useVerbs(cluster.id);
  const consoleUrl = cluster.consoleUrl;
  const because = (capability: string): string | null => {
    const support = cluster.capabilities.find((one) => one.capability === capability);
    if (refusal) return refusal;
    if (!support?.isSupported) return support?.reason ?? "The provider cannot do this.";
    if (cluster.operation || isBusy) return "A change is on its way.";
    return null;
  };
  return (
    <span className="buttons">
      {consoleUrl && <Outside href={consoleUrl}>Console</Outside>}
      <RefreshAccount id={cluster.account.id} name={cluster.account.name} isWide />
      {refusal ? (
        <span className="muted small" title={refusal}>
          Read only
        </span>
      ) : (
        <>
          <Button because={because("STOP_CLUSTER")} onClick={stop}>
            Stop
          </Button>
          <Button because={because("DEPLOY_CLUSTER")} onClick={deploy}>
            Deploy
          </Button>
          <Button
            kind="danger"
            because={because("DELETE_CLUSTER") ?? (cluster.isDeletionProtected ? "Deletion protection is on." : null)}
            onClick={() => setDeleting(true)}
          >
            Delete
          </Button>
          <Delete cluster={cluster} isOpen={isDeleting} onClose={() => setDeleting(false)} />
        </>
      )}
    </span>
  );
}
