/** What was spent, and what clusters may spend in a calendar month, by currency, and what the sums leave out. */
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { Limits_fleet$key } from "../__generated__/Limits_fleet.graphql";
import { money, plural } from "../model/amount";
import { Section, type Source } from "../parts/Section";

export function Limits({ fleet, source }: { fleet: Limits_fleet$key; source: Source }) {
  const limits = useFragment(
    graphql`
      fragment Limits_fleet on Fleet {
        spend {
          total {
            decimal
            currency
          }
          leftOutCount
        }
        spendLimits {
          decimal
          currency
        }
        convertedSpendLimits {
          decimal
          currency
        }
        vcpuLimitedClusterCount
        vcpuLimit
        unlimitedClusterCount
        unknownLimitClusterCount
      }
    `,
    fleet,
  );
  return (
    <Section title="Spend and limits" source={source} actions={<Link to="/spend">Spend</Link>}>
      <dl className="facts two">
        <div>
          <dt>Spent in the running periods</dt>
          <dd>
            {limits.spend.total.map(money).join(", ") || "not known"}
            {limits.spend.leftOutCount > 0 && <small className="muted"> without {plural(limits.spend.leftOutCount, "account")}</small>}
          </dd>
        </div>
        <div>
          <dt>Held in money</dt>
          <dd>{limits.spendLimits.map(money).join(", ") || "none"}</dd>
        </div>
        <div>
          <dt title="Held by providers in use, converted by their rates">Held in use, converted</dt>
          <dd>{limits.convertedSpendLimits.map(money).join(", ") || "none"}</dd>
        </div>
        <div>
          <dt>Limited in vCPUs</dt>
          <dd>{`${limits.vcpuLimit} vCPU, ${plural(limits.vcpuLimitedClusterCount, "cluster")}`}</dd>
        </div>
        <div>
          <dt>Without a limit</dt>
          <dd>{plural(limits.unlimitedClusterCount, "cluster")}</dd>
        </div>
        <div>
          <dt>Limit not known</dt>
          <dd>{plural(limits.unknownLimitClusterCount, "cluster")}</dd>
        </div>
      </dl>
    </Section>
  );
}
