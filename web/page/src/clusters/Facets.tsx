import { useState } from "react";
import { Button } from "../parts/Button";
import { FACETS } from "./address";
import type { Count, Counts } from "./useFacets";

const SHOWN = 7;

export function Facets({ counts, onChoose }: { counts: Counts; onChoose: (facet: string, values: string[]) => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <aside className={`facets ${isOpen ? "open" : ""}`} aria-label="Narrow down">
      <Button className="opener" icon="menu" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Filters
      </Button>
      <div className="groups">
        {FACETS.map((facet) => (
          <Group key={facet.name} title={facet.title} counts={counts.get(facet.name) ?? []} onChoose={(values) => onChoose(facet.name, values)} />
        ))}
      </div>
    </aside>
  );
}

function Group({ title, counts, onChoose }: { title: string; counts: readonly Count[]; onChoose: (values: string[]) => void }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? counts : counts.filter((one, index) => index < SHOWN || one.isChosen);
  const chosen = counts.filter((one) => one.isChosen).map((one) => one.value);
  if (counts.length === 0) return null;
  return (
    <fieldset>
      <legend>{title}</legend>
      {shown.map(({ value, label, count, isChosen }) => (
        <label key={value} className={isChosen ? "chosen" : ""}>
          <input
            type="checkbox"
            checked={isChosen}
            onChange={() => onChoose(isChosen ? chosen.filter((one) => one !== value) : [...chosen, value])}
          />
          <span className="label">{label}</span>
          <span className="count">{count.toLocaleString("en-US")}</span>
        </label>
      ))}
      {counts.length > SHOWN && (
        <button type="button" className="text" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Fewer" : `${counts.length - SHOWN} more`}
        </button>
      )}
    </fieldset>
  );
}
