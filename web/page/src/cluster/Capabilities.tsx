/** What can be done to this very cluster, and why not where it cannot. */
import { graphql, useFragment } from "react-relay";
import compiled from "../__generated__/CapabilitiesQuery.graphql";
import type { Capabilities_cluster$key } from "../__generated__/Capabilities_cluster.graphql";
import { words } from "../model/phase";
import { Icon } from "../parts/icons";
import { Section } from "../parts/Section";

export function Capabilities({ cluster, id }: { cluster: Capabilities_cluster$key; id: string }) {
  const { capabilities } = useFragment(
    graphql`
      fragment Capabilities_cluster on Cluster @refetchable(queryName: "CapabilitiesQuery") {
        capabilities {
          capability
          isSupported
          reason
        }
      }
    `,
    cluster,
  );
  const supported = capabilities.filter((one) => one.isSupported);
  return (
    <Section title="Capabilities" className="last" note={`${supported.length} of ${capabilities.length}`} source={{ document: compiled, variables: { id } }}>
      <ul className="capabilities">
        {[...capabilities]
          .sort((a, b) => Number(b.isSupported) - Number(a.isSupported))
          .map(({ capability, isSupported, reason }) => (
            <li key={capability} className={isSupported ? "" : "off"}>
              <span className={isSupported ? "tone-fine" : "muted"}>
                <Icon name={isSupported ? "check" : "close"} size={14} />
              </span>
              <span>
                {words(capability)}
                {isSupported ? <span className="sr"> is supported</span> : <small>{reason}</small>}
              </span>
            </li>
          ))}
      </ul>
    </Section>
  );
}
