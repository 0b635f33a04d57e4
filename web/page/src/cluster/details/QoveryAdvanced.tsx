/** The settings of a cluster that few change. */
import { graphql, useFragment } from "react-relay";
import type { QoveryAdvanced_advanced$key } from "../../__generated__/QoveryAdvanced_advanced.graphql";
import { plural } from "../../model/amount";
import { words } from "../../model/phase";
import { duration } from "../../model/time";
import { Fact, yes } from "../../parts/Fact";

export function QoveryAdvanced({ advanced }: { advanced: QoveryAdvanced_advanced$key }) {
  const { metrics, nginx, certManagerNamespace, metalLbAddressPools, eksAnywhere } = useFragment(
    graphql`
      fragment QoveryAdvanced_advanced on QoveryAdvanced {
        metrics {
          isEnabled
          kind
        }
        nginx {
          replicaCount
          defaultSslCertificate
          publishStatusAddress
          metalLbLoadBalancerIps
          externalDnsTarget
        }
        certManagerNamespace
        metalLbAddressPools
        eksAnywhere {
          repositoryUrl
          gitTokenId
          gitProvider
          branch
          commitId
          yamlPath
          backup {
            isEnabled
            timeoutSeconds
            certsSecretName
            bucket
            region
            roleArn
            keyPrefix
          }
        }
      }
    `,
    advanced,
  );
  const backup = eksAnywhere?.backup;
  return (
    <>
      <Fact title="Metrics">{metrics && [yes(metrics.isEnabled), metrics.kind && words(metrics.kind)].filter(Boolean).join(", ")}</Fact>
      <Fact title="NGINX">{nginx?.replicaCount != null && plural(nginx.replicaCount, "replica")}</Fact>
      <Fact title="NGINX certificate">{nginx?.defaultSslCertificate}</Fact>
      <Fact title="NGINX address">{nginx?.publishStatusAddress}</Fact>
      <Fact title="NGINX MetalLB IPs">{nginx?.metalLbLoadBalancerIps}</Fact>
      <Fact title="NGINX DNS target">{nginx?.externalDnsTarget}</Fact>
      <Fact title="MetalLB pools">{metalLbAddressPools?.join(", ")}</Fact>
      <Fact title="cert-manager in">{certManagerNamespace}</Fact>
      {eksAnywhere && (
        <>
          <Fact title="Repository">
            <div className="mono">{eksAnywhere.repositoryUrl}</div>
            <div className="muted small">
              {[eksAnywhere.yamlPath, eksAnywhere.branch ?? "default branch", eksAnywhere.commitId ?? "newest commit", eksAnywhere.gitProvider && words(eksAnywhere.gitProvider), `token ${eksAnywhere.gitTokenId}`]
                .filter(Boolean)
                .join(" · ")}
            </div>
          </Fact>
          <Fact title="Backup">
            {backup && (
              <>
                <div>
                  {[yes(backup.isEnabled), `${backup.bucket}${backup.keyPrefix ? `/${backup.keyPrefix}` : ""}`, backup.region, backup.timeoutSeconds != null && `given up after ${duration(backup.timeoutSeconds)}`]
                    .filter(Boolean)
                    .join(", ")}
                </div>
                <div className="muted small">{[backup.roleArn, backup.certsSecretName && `certificates in ${backup.certsSecretName}`].filter(Boolean).join(" · ")}</div>
              </>
            )}
          </Fact>
        </>
      )}
    </>
  );
}
