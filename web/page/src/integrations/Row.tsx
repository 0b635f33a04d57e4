/** One integration: who it is at its cloud, and what is built with it. */
import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { RowDeleteMutation } from "../__generated__/RowDeleteMutation.graphql";
import type { Row_integration$data, Row_integration$key } from "../__generated__/Row_integration.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { plural } from "../model/amount";
import { cloudName, spelled, words } from "../model/phase";
import { Ago } from "../parts/Ago";
import { Button } from "../parts/Button";
import { Unread } from "../parts/Unread";
import { useChange } from "../relay/useChange";
import { Edit } from "./Edit";
import { INTEGRATION_KINDS } from "./kinds";

interface RowProps {
  integration: Row_integration$key;
  /** Why its provider changes none. */
  because: string | null;
  /** The viewer may not change it: there are no buttons. */
  isReadOnly: boolean;
}

export function Row({ integration, because, isReadOnly }: RowProps) {
  const data = useFragment(
    graphql`
      fragment Row_integration on Integration {
        id
        name
        description
        cloud
        providerCloud
        authentication
        permissionCheck
        allowedTeams
        features
        createdAt
        unreadMembers
        account {
          name
          provider {
            kind
          }
        }
        identity {
          cloudAccountId
          roleArn
          accessKeyId
          organizationId
          projectId
          serviceAccount
          workloadIdentityProvider
          subscriptionId
          tenantId
          applicationId
          userId
        }
        freshness {
          state
          observedAt
        }
        usedBy(first: 3) {
          totalCount
          nodes {
            id
            name
          }
        }
      }
    `,
    integration,
  );
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = () => setOpen(null);
  const kind = INTEGRATION_KINDS[data.account.provider.kind ?? ""];
  const { usedBy } = data;
  const cannot = because ?? (kind ? null : "This page does not know the integrations of this provider.");
  const inUse = usedBy.totalCount > 0 ? `${plural(usedBy.totalCount, "cluster")} ${usedBy.totalCount === 1 ? "uses" : "use"} it.` : null;
  return (
    <li className="item integration">
      <span className="cloud">{data.cloud === "UNKNOWN" ? (data.providerCloud ?? "Unknown") : cloudName(data.cloud)}</span>
      <div className="what">
        <span className="name">{data.name}</span>{" "}
        <span className="where">{[data.account.name, data.authentication && words(data.authentication), ...data.features].filter(Boolean).join(" · ")}</span>
        {data.description && <p>{data.description}</p>}
        <Identity identity={data.identity} />
        <Terms integration={data} />
        <Unread members={data.unreadMembers} />
      </div>
      <div className="uses small">
        {usedBy.totalCount === 0 ? (
          <span className="muted">used by no cluster</span>
        ) : (
          <>
            {usedBy.nodes.map((cluster) => (
              <Link key={cluster.id} to={`/clusters/${encodeURIComponent(cluster.id)}`}>
                {cluster.name}
              </Link>
            ))}
            {usedBy.totalCount > usedBy.nodes.length && <span className="muted">and {usedBy.totalCount - usedBy.nodes.length} more</span>}
          </>
        )}
        {data.freshness.state !== "CURRENT" && (
          <span className="tone-unknown">
            seen <Ago at={data.freshness.observedAt} />
          </span>
        )}
      </div>
      {!isReadOnly && (
        <span className="actions">
          <Button kind="quiet" because={cannot} onClick={() => setOpen("edit")} aria-label={`Change ${data.name}`}>
            Change
          </Button>
          <Button kind="quiet" because={cannot ?? inUse} onClick={() => setOpen("delete")} aria-label={`Delete ${data.name}`}>
            Delete
          </Button>
          {open === "edit" && kind && <Edit integration={data} kind={kind} onClose={close} />}
          {open === "delete" && <Delete id={data.id} name={data.name} onClose={close} />}
        </span>
      )}
    </li>
  );
}

const IDENTITY = [
  ["cloudAccountId", "account"],
  ["roleArn", "role"],
  ["accessKeyId", "access key"],
  ["organizationId", "organization"],
  ["projectId", "project"],
  ["serviceAccount", "service account"],
  ["workloadIdentityProvider", "vouched for by"],
  ["subscriptionId", "subscription"],
  ["tenantId", "tenant"],
  ["applicationId", "application"],
  ["userId", "user"],
] as const;

/** Who it is at its cloud. None of it lets anybody in. */
function Identity({ identity }: { identity: Row_integration$data["identity"] }) {
  const known = IDENTITY.flatMap(([name, title]) => (identity?.[name] ? [[title, identity[name]] as const] : []));
  if (known.length === 0) return null;
  return (
    <p className="small muted">
      {known.map(([title, value]) => (
        <span key={title} className="pair">
          {title} <span className="mono">{value}</span>
        </span>
      ))}
    </p>
  );
}

/** Who may use it, how its rights are checked, and since when it is there. */
function Terms({ integration: { permissionCheck, allowedTeams, createdAt } }: { integration: Row_integration$data }) {
  const terms = [permissionCheck && `check of rights ${spelled(permissionCheck)}`, allowedTeams && `for ${plural(allowedTeams.length, "team")} alone: ${allowedTeams.join(", ")}`].filter(Boolean);
  if (terms.length === 0 && !createdAt) return null;
  return (
    <p className="small muted">
      {terms.join(" · ")}
      {createdAt && (
        <>
          {terms.length > 0 && " · "}made <Ago at={createdAt} />
        </>
      )}
    </p>
  );
}

function Delete({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const [change] = useChange<RowDeleteMutation>(graphql`
    mutation RowDeleteMutation($id: ID!, $dryRun: Boolean) {
      deleteIntegration(id: $id, dryRun: $dryRun) {
        userErrors {
          __typename
          message
          path
        }
        operation {
          id
        }
        plan {
          digest
          ...Plan_plan
        }
      }
    }
  `);
  return (
    <ChangeDialog
      title={`Delete ${name}`}
      done="The deletion was asked for."
      label="Delete"
      kind="danger"
      ask={async (dryRun) => (await change({ id, dryRun })).deleteIntegration}
      onClose={onClose}
    >
      <p>The provider forgets its credentials. What they let in at the cloud stays there.</p>
    </ChangeDialog>
  );
}
