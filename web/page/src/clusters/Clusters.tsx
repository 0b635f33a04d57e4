/** Every cluster as a table: searched, narrowed, sorted, and in the address. */
import { useMemo } from "react";
import compiled from "../__generated__/useRowsQuery.graphql";
import type { ClusterOrder } from "../__generated__/useRowsQuery.graphql";
import { Button, LinkButton } from "../parts/Button";
import { Icon } from "../parts/icons";
import { SourceMenu } from "../parts/Section";
import { Empty, Skeleton } from "../parts/States";
import { type Asked, FACETS, toSearch, useAsked } from "./address";
import { Facets } from "./Facets";
import { ColumnMenu, ExportMenu } from "./menus";
import { Table } from "./Table";
import { useFacets } from "./useFacets";
import { useRows } from "./useRows";

export default function Clusters() {
  const [asked, change] = useAsked();
  const search = toSearch(asked);
  const orderBy = useMemo(() => toOrder(asked.sort), [asked.sort]);
  const { rows, total, isWhole, of, error, more, variables } = useRows(search, orderBy);
  const counts = useFacets(asked);
  const clear = () => change({ q: null, ...Object.fromEntries(FACETS.map((facet) => [facet.name, null])) });

  if (total === null && error) throw error; // the boundary says it, and tries again
  if (total === null) return <Skeleton rows={14} />;
  if (total === 0 && search === "") {
    return (
      <Empty icon="clusters" title="There is no cluster yet.">
        <p>Connect an account, or create the first one.</p>
        <LinkButton to="/accounts">To the accounts</LinkButton>
      </Empty>
    );
  }
  return (
    <div className="clusters">
      <Facets counts={counts} onChoose={(facet, values) => change({ [facet]: values.join(",") || null })} />
      <div className="listing">
        <div className="toolbar">
          <p role="status">
            <strong>{total.toLocaleString("en-US")}</strong> {total === 1 ? "cluster" : "clusters"}
            {!isWhole && <span className="muted"> · {rows.length.toLocaleString("en-US")} loaded</span>}
          </p>
          {search !== "" && (
            <Button kind="quiet" icon="close" onClick={clear}>
              Clear
            </Button>
          )}
          <span className="spread" />
          <ColumnMenu shown={asked.columns} onChange={(columns) => change({ columns })} />
          <ExportMenu rows={rows} columns={asked.columns} />
          <SourceMenu title="clusters" document={compiled} variables={variables} />
        </div>
        {error && (
          <p className="banner tone-broken" role="alert">
            <Icon name="BROKEN" /> {error.message}
          </p>
        )}
        {total === 0 ? (
          <Empty icon="search" title="No cluster matches.">
            <Button onClick={clear}>Show all</Button>
          </Empty>
        ) : (
          <Table
            key={of}
            rows={rows}
            total={total}
            columns={asked.columns}
            sort={asked.sort}
            onSort={(sort) => change({ sort })}
            onEnd={isWhole ? undefined : more}
          />
        )}
      </div>
    </div>
  );
}

/** An age grows as its moment lies further back. */
function toOrder(sort: Asked["sort"]): ClusterOrder[] {
  if (!sort?.column.field) return [];
  const isDown = sort.isDown !== (sort.column.isAge ?? false);
  return [{ field: sort.column.field, direction: isDown ? "DESC" : "ASC" }];
}
