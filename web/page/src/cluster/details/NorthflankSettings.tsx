/** What a cluster does for those who deploy to it. */
import { graphql, useFragment } from "react-relay";
import type { NorthflankSettings_settings$data, NorthflankSettings_settings$key } from "../../__generated__/NorthflankSettings_settings.graphql";
import { Fact } from "../../parts/Fact";

type Settings = NorthflankSettings_settings$data;

export function NorthflankSettings({ settings }: { settings: NorthflankSettings_settings$key }) {
  const { builds, registry, logs, networking, vanityDomains, infrastructure, requestModifiers } = useFragment(
    graphql`
      fragment NorthflankSettings_settings on NorthflankSettings {
        builds {
          mode
          plan
          clusterId
          allowsCaching
          cacheStorageClass
        }
        registry {
          mode
          registryId
        }
        logs {
          mode
          storageType
          bucketName
          integrationId
        }
        networking {
          isEnabled
          cidr
          hasPublicLoadBalancer
          hasPrivateLoadBalancer
        }
        vanityDomains {
          apps {
            zoneName
            integrationId
          }
          customDomains {
            zoneName
            integrationId
          }
          loadBalancers {
            zoneName
            integrationId
          }
        }
        infrastructure {
          workloadRuntimeClass
          buildRuntimeClass
          installsGvisor
          installsMicroVms
          cleansUpVolumes
          cleansUpSnapshots
        }
        requestModifiers {
          services {
            cpu
            memory
          }
          jobs {
            cpu
            memory
          }
          builds {
            cpu
            memory
          }
          addons {
            cpu
            memory
          }
        }
      }
    `,
    settings,
  );
  return (
    <>
      <Fact title="Builds">
        {builds &&
          joined([
            modeOf(builds.mode),
            builds.clusterId,
            builds.plan,
            builds.allowsCaching != null && (builds.allowsCaching ? "cached" : "not cached"),
            builds.cacheStorageClass && `cache in ${builds.cacheStorageClass}`,
          ])}
      </Fact>
      <Fact title="Registry">{registry && joined([modeOf(registry.mode), registry.registryId && `credentials ${registry.registryId}`])}</Fact>
      <Fact title="Logs">
        {logs && joined([modeOf(logs.mode), logs.bucketName, logs.storageType?.toUpperCase(), logs.integrationId && `integration ${logs.integrationId}`])}
      </Fact>
      <Fact title="Overlay network">{networking?.isEnabled != null && joined([networking.isEnabled ? "yes" : "no", networking.cidr])}</Fact>
      <Fact title="Load balancers">{networking && balancers(networking)}</Fact>
      <Domain title="Domain of apps" domain={vanityDomains?.apps} />
      <Domain title="Custom domains" domain={vanityDomains?.customDomains} />
      <Domain title="Domain of balancers" domain={vanityDomains?.loadBalancers} />
      <Fact title="Runs work in">{infrastructure?.workloadRuntimeClass && runtimeOf(infrastructure.workloadRuntimeClass)}</Fact>
      <Fact title="Runs builds in">{infrastructure?.buildRuntimeClass && runtimeOf(infrastructure.buildRuntimeClass)}</Fact>
      <Fact title="Installs">{infrastructure && joined([infrastructure.installsGvisor && "gVisor", infrastructure.installsMicroVms && "micro VMs"])}</Fact>
      <Fact title="Cleans up">{infrastructure && joined([infrastructure.cleansUpVolumes && "volumes", infrastructure.cleansUpSnapshots && "snapshots"])}</Fact>
      <Fact title="Reserved of plans">{requestModifiers && reserved(requestModifiers).map((line) => <div key={line}>{line}</div>)}</Fact>
    </>
  );
}

function Domain({ title, domain }: { title: string; domain: { readonly zoneName: string | null | undefined; readonly integrationId: string | null | undefined } | null | undefined }) {
  return <Fact title={title}>{domain && joined([domain.zoneName, domain.integrationId && `integration ${domain.integrationId}`])}</Fact>;
}

const joined = (parts: readonly (string | false | null | undefined)[]): string => parts.filter(Boolean).join(", ");

const MODES: Record<string, string> = { paas: "at Northflank", internal: "on this cluster", "self-hosted": "your own", "build-cluster": "on another cluster", loki: "in a bucket of your own" };
const modeOf = (mode: string | null | undefined): string | null => (mode ? (MODES[mode] ?? mode) : null);

const RUNTIMES: Record<string, string> = { none: "plain containers", gvisor: "gVisor", "kata-clh": "Kata with Cloud Hypervisor", "kata-qemu": "Kata with QEMU" };
const runtimeOf = (name: string): string => RUNTIMES[name] ?? name;

function balancers({ hasPublicLoadBalancer: isPublic, hasPrivateLoadBalancer: isPrivate }: NonNullable<Settings["networking"]>): string | null {
  if (isPublic == null && isPrivate == null) return null;
  return joined([isPublic && "public", isPrivate && "private"]) || "none";
}

/** services: 50% of CPU, 80% of memory */
function reserved(modifiers: NonNullable<Settings["requestModifiers"]>): string[] {
  const { services, jobs, builds, addons } = modifiers;
  const kinds = { services, jobs, builds, "add-ons": addons };
  return Object.entries(kinds).flatMap(([name, of]) => {
    const said = of && joined([of.cpu != null && `${percent(of.cpu)} of CPU`, of.memory != null && `${percent(of.memory)} of memory`]);
    return said ? [`${name}: ${said}`] : [];
  });
}

const percent = (factor: number): string => `${Number((factor * 100).toFixed(1))}%`;
