/** What is used of a plan, and when it goes on. */
import { graphql, useFragment } from "react-relay";
import type { Meters_subscription$key } from "../__generated__/Meters_subscription.graphql";
import { plural } from "../model/amount";
import { Ago, Due } from "../parts/Ago";
import { Fact } from "../parts/Fact";

export function Meters({ subscription }: { subscription: Meters_subscription$key }) {
  const { meters, renewsAt, trialDaysLeft, asOf } = useFragment(
    graphql`
      fragment Meters_subscription on AccountSubscription {
        meters {
          name
          quantity
          unit
          isCapped
        }
        renewsAt
        trialDaysLeft
        asOf
      }
    `,
    subscription,
  );
  return (
    <dl className="facts">
      <Fact title="Renews">{renewsAt && <Due at={renewsAt} />}</Fact>
      <Fact title="Trial">{trialDaysLeft != null && trialDaysLeft > 0 && `${plural(trialDaysLeft, "day")} left`}</Fact>
      {meters.map(({ name, quantity, unit, isCapped }) => (
        <Fact key={name} title={name.charAt(0).toUpperCase() + name.slice(1)}>
          {Number(quantity).toLocaleString("en-US")} {unit}
          {isCapped != null && <span className="muted">, {isCapped ? "the provider stops at what the plan holds" : "more is charged"}</span>}
        </Fact>
      ))}
      <Fact title="Worked out">{meters.length > 0 && asOf && <Ago at={asOf} />}</Fact>
    </dl>
  );
}
