/** When something on its way usually ends. Nothing is said where too few like it were observed. */
import { useNow } from "../model/time";
import { Ago } from "./Ago";

interface Eta {
  readonly expectedAt: string;
  readonly lateAt: string;
  readonly sampleCount: number;
}

export function Expected({ eta }: { eta: Eta | null | undefined }) {
  const now = useNow();
  if (!eta) return null;
  const from = `From ${eta.sampleCount} that were observed before.`;
  if (now > Date.parse(eta.lateAt)) return <span title={from}> It takes longer than 19 of 20 before it.</span>;
  return (
    <span title={from}>
      {" "}
      Usually it ends <Ago at={eta.expectedAt} />, at the latest <Ago at={eta.lateAt} />.
    </span>
  );
}
