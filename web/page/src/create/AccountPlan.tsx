/** What the plan of the account still holds for a new cluster, and what other plans hold. Nothing where its provider has none. */
import { graphql, useFragment } from "react-relay";
import type { AccountPlan_account$data, AccountPlan_account$key } from "../__generated__/AccountPlan_account.graphql";
import { cores, grouped, mebibytes, plural } from "../model/amount";
import { spelled } from "../model/phase";
import { Fact } from "../parts/Fact";

type Pool = AccountPlan_account$data["offeredPlans"][number]["pool"];

export function AccountPlan({ account }: { account: AccountPlan_account$key }) {
  const { subscription, offeredPlans } = useFragment(
    graphql`
      fragment AccountPlan_account on Account {
        subscription {
          plan
          clusterCount
          pool {
            cpuMillicores
            memoryMiB
            storageMiB
          }
          allocated {
            cpuMillicores
            memoryMiB
            storageMiB
          }
        }
        offeredPlans(first: 20) {
          name
          displayName
          monthlyFee
          mostClusters
          allowances {
            name
            quantity
            unit
          }
          pool {
            cpuMillicores
            memoryMiB
            storageMiB
          }
        }
      }
    `,
    account,
  );
  if (!subscription?.plan) return null;
  const { plan, clusterCount, pool, allocated } = subscription;
  const own = offeredPlans.find((one) => one.name === plan);
  const most = own?.mostClusters;
  const isFull = most != null && clusterCount != null && clusterCount >= most;
  const others = offeredPlans.filter((one) => one !== own);
  return (
    <>
      <dl className="facts">
        <Fact title="Plan">{own?.displayName ?? spelled(plan)}</Fact>
        <Fact title="Clusters">{clusterCount != null && (most == null ? clusterCount : `${clusterCount} of ${most}`)}</Fact>
        <Fact title="Left for all of them">{sizes(pool, allocated)}</Fact>
        <Fact title="Holds too">{own && allowed(own)}</Fact>
        <Fact title="Other plans">
          {others.length > 0 &&
            others.map((one) => (
              <span key={one.name} className="pair">
                {one.displayName ?? spelled(one.name)}
                {one.monthlyFee != null && `, ${grouped(one.monthlyFee)} a month`}:{" "}
                {[one.mostClusters != null && plural(one.mostClusters, "cluster"), sizes(one.pool), allowed(one)].filter(Boolean).join(", ")}
              </span>
            ))}
        </Fact>
      </dl>
      {isFull && <p className="line tone-unknown">The plan holds no more clusters: the provider is expected to refuse another.</p>}
    </>
  );
}

/** metrics 1,000,000 active series, logs 500 GB a month */
const allowed = ({ allowances }: AccountPlan_account$data["offeredPlans"][number]): string =>
  allowances.map(({ name, quantity, unit }) => `${name} ${Number(quantity).toLocaleString("en-US")} ${unit}`).join(", ");

/** What a pool holds, but for what is taken of it. What is not known is left out. */
function sizes(pool: Pool, taken?: Pool): string {
  const left = (name: "cpuMillicores" | "memoryMiB" | "storageMiB", write: (amount: number) => string, of: string): string | null => {
    const held = pool?.[name];
    return held == null ? null : write(Math.max(0, Number(held) - Number(taken?.[name] ?? 0))) + of;
  };
  return [left("cpuMillicores", cores, ""), left("memoryMiB", mebibytes, ""), left("storageMiB", mebibytes, " storage")].filter(Boolean).join(", ");
}
