/** The next page of a list, where there is one. */
import { plural } from "../model/amount";
import { MOST_ROWS } from "../relay/lists";
import { Button } from "./Button";

interface MoreProps {
  of: { readonly hasNext: boolean; readonly isLoadingNext: boolean; readonly loaded: number; readonly loadNext: (count: number) => unknown };
  label: string;
}

const COUNT = 50;

export function More({ of: { hasNext, isLoadingNext, loaded, loadNext }, label }: MoreProps) {
  if (!hasNext) return null;
  if (loaded >= MOST_ROWS) return <p className="line muted">These are the first {plural(loaded, "row")}. The API has the others.</p>;
  return (
    <Button kind="quiet" because={isLoadingNext ? "They are being loaded." : null} onClick={() => loadNext(COUNT)}>
      {label}
    </Button>
  );
}
