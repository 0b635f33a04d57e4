/** Changes how large a cluster is. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { ResizeMutation } from "../__generated__/ResizeMutation.graphql";
import type { sizes_cluster$key } from "../__generated__/sizes_cluster.graphql";
import { shortId } from "../model/phase";
import { titleOf } from "../model/settings";
import { ChangeDialog } from "../changing/ChangeDialog";
import { Button } from "../parts/Button";
import { useChange } from "../relay/useChange";
import { SIZES, type Size, type Sized, useSized } from "./sizes";

/** `because`: why the cluster cannot be changed now, whatever its size. */
export function Resize({ cluster, because }: { cluster: sizes_cluster$key; because: string | null }) {
  const data = useSized(cluster);
  const size = SIZES[data.provider.kind ?? ""];
  const [isOpen, setOpen] = useState(false);
  if (!size) return null;
  return (
    <>
      <Button because={because ?? size.refuses?.(data)} onClick={() => setOpen(true)}>
        Scale
      </Button>
      {isOpen && <Wanted data={data} size={size} onClose={() => setOpen(false)} />}
    </>
  );
}

function Wanted({ data, size, onClose }: { data: Sized; size: Size; onClose: () => void }) {
  /** As it was when the dialog opened: what comes in meanwhile is a conflict, not another wish. */
  const [opened, setOpened] = useState({ revision: data.revision, initial: size.initial(data) });
  const [values, setValues] = useState(opened.initial);
  const [change] = useChange<ResizeMutation>(graphql`
    mutation ResizeMutation($id: ID!, $input: UpdateClusterInput!, $expectedRevision: Revision, $dryRun: Boolean) {
      updateCluster(id: $id, input: $input, expectedRevision: $expectedRevision, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
      }
    }
  `);
  const { Fields, toInput } = size;
  const input = toInput(values, opened.initial, data);
  const sides = Object.entries(size.initial(data)).flatMap(([name, now]) => (values[name] === opened.initial[name] ? [] : [{ title: titleOfSize(name), now: now || "none", wanted: values[name] || "none" }]));
  return (
    <ChangeDialog
      title="Scale the cluster"
      done="The change was asked for."
      label="Scale"
      wish={JSON.stringify(input)}
      because={input ? null : "Change something first, to a whole number where there is one."}
      ask={async (dryRun) => input && (await change({ id: data.id, input, expectedRevision: opened.revision, dryRun })).updateCluster}
      conflict={{ sides, onRebase: (revision) => setOpened({ revision, initial: size.initial(data) }) }}
      onClose={onClose}
    >
      <div className="fields">
        <Fields values={values} initial={opened.initial} onChange={(changed) => setValues((before) => ({ ...before, ...changed }))} />
      </div>
    </ChangeDialog>
  );
}

/** By the name of its field, which has the region or the pool that it is of behind it: "nodes us-east1" -> Nodes, us-east1. */
function titleOfSize(name: string): string {
  const [what = "", of] = name.split(" ");
  return [titleOf([what]), of && shortId(of)].filter(Boolean).join(", ");
}
