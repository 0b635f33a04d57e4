/** The machine types of a region, which are read once that is chosen. */
import { Suspense } from "react";
import { graphql } from "react-relay";
import type { MachineType_page$data } from "../__generated__/MachineType_page.graphql";
import type { MachineTypePageQuery } from "../__generated__/MachineTypePageQuery.graphql";
import type { Cloud, MachineTypeQuery } from "../__generated__/MachineTypeQuery.graphql";
import { cores, mebibytes } from "../model/amount";
import { Choice, NoChoice } from "../parts/fields";
import { useRead } from "../relay/useRead";
import { useWhole } from "../relay/useWhole";
import type { FieldsProps } from "./types";

graphql`
  fragment MachineType_page on InstanceTypeConnection {
    nodes {
      name
      cpuMillicores
      memoryMiB
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`;

const nextDocument = graphql`
  query MachineTypePageQuery($accountId: ID!, $cloud: Cloud!, $region: String!, $after: String) {
    node(id: $accountId) {
      ... on Account {
        instanceTypes(first: 100, after: $after, cloud: $cloud, region: $region) {
          ...MachineType_page @relay(mask: false)
        }
      }
    }
  }
`;

type Page = Pick<MachineType_page$data, "nodes">;

interface MachineTypeProps extends FieldsProps {
  title: string;
  isOptional?: boolean;
}

export function MachineType({ title, ...given }: MachineTypeProps) {
  const { cloud, region } = given.values;
  if (!cloud || !region) return <NoChoice title={title} because="Choose the region first." />;
  return (
    <Suspense fallback={<NoChoice title={title} because="They are being read." />}>
      <Types {...given} title={title} cloud={cloud as Cloud} region={region} />
    </Suspense>
  );
}

function Types({ title, values, offers, onChange, isOptional = false, cloud, region }: MachineTypeProps & { cloud: Cloud; region: string }) {
  const { node } = useRead<MachineTypeQuery>(
    graphql`
      query MachineTypeQuery($accountId: ID!, $cloud: Cloud!, $region: String!) {
        node(id: $accountId) {
          ... on Account {
            instanceTypes(first: 100, cloud: $cloud, region: $region) {
              ...MachineType_page @relay(mask: false)
            }
          }
        }
      }
    `,
    { accountId: offers.accountId, cloud, region },
  );
  const types = useWhole<MachineTypePageQuery, Page["nodes"][number]>(node?.instanceTypes, nextDocument, { accountId: offers.accountId, cloud, region }, (data) => data.node?.instanceTypes);
  const options = types.nodes.map(
    ({ name, cpuMillicores, memoryMiB }) => [name, [name, cpuMillicores != null && cores(cpuMillicores), memoryMiB != null && mebibytes(memoryMiB)].filter(Boolean).join(", ")] as const,
  );
  const note = types.isCut ? `The first ${types.nodes.length}: there are more.` : options.length === 0 ? "None is on offer there." : null;
  return <Choice name="type" title={title} values={values} onChange={onChange} options={options} isOptional={isOptional} note={note} />;
}
