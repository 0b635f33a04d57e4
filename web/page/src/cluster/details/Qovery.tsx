import { graphql, useFragment } from "react-relay";
import type { Qovery_details$key } from "../../__generated__/Qovery_details.graphql";
import { money } from "../../model/amount";
import { linesOf } from "../../model/json";
import { words } from "../../model/phase";
import { Copied } from "../../parts/Copied";
import { Fact, yes } from "../../parts/Fact";
import { QoveryAdvanced } from "./QoveryAdvanced";

export function Qovery({ details }: { details: Qovery_details$key }) {
  const data = useFragment(
    graphql`
      fragment Qovery_details on QoveryClusterDetails {
        kubernetesMode
        isProduction
        isDefault
        isDemo
        hasAccess
        deploymentStatus
        outputs {
          kind
          clusterName
          oidcIssuer
        }
        diskIops
        diskThroughputMbPerSecond
        isKedaEnabled
        estimatedCloudProviderCost
        labelsGroupIds
        sshKeys
        features {
          id
          title
          description
          value
          acceptedValues
          canBeChanged
          isChargedByCloud
          isChargedByQovery
          costPerMonth {
            decimal
            currency
          }
        }
        secretManagers {
          id
          name
          kind
          region
          projectId
          authentication
          roleArn
        }
        advanced {
          ...QoveryAdvanced_advanced
        }
      }
    `,
    details,
  );
  const { outputs } = data;
  return (
    <dl className="facts">
      <Fact title="Kubernetes">{data.kubernetesMode && words(data.kubernetesMode)}</Fact>
      <Fact title="In its cloud">{outputs && [SERVICES[outputs.kind] ?? outputs.kind, outputs.clusterName].filter(Boolean).join(", ")}</Fact>
      <Fact title="Issuer of tokens">{outputs?.oidcIssuer && <Copied text={outputs.oidcIssuer} />}</Fact>
      <Fact title="Production">{yes(data.isProduction)}</Fact>
      <Fact title="Default">{yes(data.isDefault)}</Fact>
      <Fact title="Demo">{yes(data.isDemo)}</Fact>
      <Fact title="Qovery has access">{yes(data.hasAccess)}</Fact>
      <Fact title="Deployment">{data.deploymentStatus && words(data.deploymentStatus)}</Fact>
      <Fact title="Disk of each node">
        {[data.diskIops != null && `${data.diskIops.toLocaleString("en-US")} operations a second`, data.diskThroughputMbPerSecond != null && `${data.diskThroughputMbPerSecond} MB/s`].filter(Boolean).join(", ")}
      </Fact>
      <Fact title="Scaled by KEDA">{yes(data.isKedaEnabled)}</Fact>
      <Fact title="Cloud's bill">
        {data.estimatedCloudProviderCost && (
          <>
            {Number(data.estimatedCloudProviderCost).toLocaleString("en-US")} <span className="muted">as Qovery estimates it, without a currency or a period</span>
          </>
        )}
      </Fact>
      {data.features.map((feature) => (
        <Fact key={feature.id} title={feature.title ?? words(feature.id)}>
          {linesOf(feature.value).map((line) => (
            <div key={line}>{line}</div>
          ))}
          <span className="muted small">
            {[
              feature.description,
              feature.canBeChanged !== false && feature.acceptedValues.length > 0 && `takes ${feature.acceptedValues.flatMap(linesOf).join(", ")}`,
              feature.canBeChanged === false && "cannot be changed",
              feature.costPerMonth && `${money(feature.costPerMonth)} a month`,
              charged(feature.isChargedByCloud, feature.isChargedByQovery),
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </Fact>
      ))}
      {data.secretManagers.map((one) => (
        <Fact key={one.id ?? one.name} title={`Secrets of ${one.name ?? "an unnamed manager"}`}>
          {[one.kind && words(one.kind), one.region, one.projectId, one.authentication && words(one.authentication), one.roleArn].filter(Boolean).join(" · ")}
        </Fact>
      ))}
      <Fact title="Groups of labels">
        {data.labelsGroupIds.length > 0 && data.labelsGroupIds.map((id) => <Copied key={id} text={id} />)}
      </Fact>
      <Fact title="SSH keys">
        {data.sshKeys.length > 0 && data.sshKeys.map((key) => <Copied key={key} text={key} />)}
      </Fact>
      {data.advanced && <QoveryAdvanced advanced={data.advanced} />}
    </dl>
  );
}

const SERVICES: Record<string, string> = { SCW_KAPSULE: "Kapsule" };

function charged(byCloud: boolean | null | undefined, byQovery: boolean | null | undefined): string | null {
  const by = [byCloud && "the cloud", byQovery && "Qovery"].filter(Boolean).join(" and ");
  return by && `charged by ${by}`;
}
