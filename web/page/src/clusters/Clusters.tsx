/** Every cluster as a table: searched, narrowed, sorted, and in the address. */
import { useMemo } from "react";
import compiled from "../__generated__/useRowsQuery.graphql";
import { Button } from "../parts/Button";
import { SourceMenu } from "../parts/Section";
import { Empty, Problem, Skeleton } from "../parts/States";
import { FACETS, useAsked } from "./address";
import { ColumnMenu, ExportMenu } from "./menus";
import { Facets } from "./Facets";
import { select } from "./select";
import { Table } from "./Table";
import { useRows } from "./useRows";

export default function Clusters() {
  const [asked, change] = useAsked();
  const loaded = useRows();
  const { rows, counts } = useMemo(() => select(loaded.rows, asked), [loaded.rows, asked]);
  const isNarrowed = asked.text !== "" || [...asked.chosen.values()].some((chosen) => chosen.size > 0);
  const clear = () => change({ q: null, ...Object.fromEntries(FACETS.map((facet) => [facet.name, null])) });

  if (loaded.error) return <Problem error={loaded.error} onRetry={loaded.retry} />;
  if (loaded.rows.length === 0 && loaded.isLoading) return <Skeleton rows={14} />;
  if (loaded.rows.length === 0) {
    return <Empty title="There is no cluster yet.">Connect an account, or create the first one.</Empty>;
  }
  const ofLoaded = loaded.isWhole ? "" : ` of the ${loaded.rows.length.toLocaleString("en-US")} loaded`;
  return (
    <div className="clusters">
      <Facets
        counts={counts}
        onChoose={(facet, values) => change({ [facet]: values.join(",") || null })}
      />
      <div className="listing">
        <div className="toolbar">
          <p role="status">
            <strong>{rows.length.toLocaleString("en-US")}</strong>
            {ofLoaded}
            {rows.length === loaded.total ? "" : ` of ${loaded.total.toLocaleString("en-US")}`} clusters
            {!loaded.isWhole && (
              <span className="muted" title="Search, counts and order are over what is loaded. Scroll for more.">
                {" "}
                {loaded.isLoading ? "· loading" : "· scroll for more"}
              </span>
            )}
          </p>
          {isNarrowed && (
            <Button kind="quiet" icon="close" onClick={clear}>
              Clear
            </Button>
          )}
          <span className="spread" />
          <ColumnMenu shown={asked.columns} onChange={(columns) => change({ columns })} />
          <ExportMenu rows={rows} columns={asked.columns} />
          <SourceMenu title="clusters" document={compiled} variables={{ first: 100 }} />
        </div>
        {rows.length === 0 ? (
          <Empty icon="search" title="No cluster matches.">
            <Button onClick={clear}>Show all</Button>
          </Empty>
        ) : (
          <Table
            rows={rows}
            columns={asked.columns}
            sort={asked.sort}
            onSort={(sort) => change({ sort })}
            onEnd={loaded.isWhole ? undefined : loaded.more}
          />
        )}
      </div>
    </div>
  );
}
