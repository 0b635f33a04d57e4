/** The next page of a list, where there is one. */
import { Button } from "./Button";

interface MoreProps {
  of: { readonly hasNext: boolean; readonly isLoadingNext: boolean; readonly loadNext: (count: number) => unknown };
  label: string;
  /** Asking again would take the list back to its first page. */
  onMore: () => void;
}

const COUNT = 50;

export function More({ of: { hasNext, isLoadingNext, loadNext }, label, onMore }: MoreProps) {
  const load = () => {
    onMore();
    loadNext(COUNT);
  };
  return (
    hasNext && (
      <Button kind="quiet" because={isLoadingNext ? "They are being loaded." : null} onClick={load}>
        {label}
      </Button>
    )
  );
}
