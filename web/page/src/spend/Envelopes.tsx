/** Envelopes: what a set of accounts or labelled clusters may cost in a month, and how it stands. */
import { useMemo, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";
import type { EnvelopesDeleteMutation } from "../__generated__/EnvelopesDeleteMutation.graphql";
import compiled from "../__generated__/EnvelopesQuery.graphql";
import type { EnvelopesQuery } from "../__generated__/EnvelopesQuery.graphql";
import { useAccounts } from "../accounts/useAccounts";
import { money, plural } from "../model/amount";
import { words } from "../model/phase";
import { Ago } from "../parts/Ago";
import { Button, IconButton } from "../parts/Button";
import { Icon, type IconName } from "../parts/icons";
import { Section } from "../parts/Section";
import { Empty } from "../parts/States";
import { say } from "../parts/Toasts";
import { useChange } from "../relay/useChange";
import { useFollowed } from "../relay/useFollowed";
import { ReadOnly, useRefusal } from "../shell/Viewer";
import { SetEnvelope } from "./SetEnvelope";

type Envelope = EnvelopesQuery["response"]["envelopes"][number];

const STATES: Record<string, [tone: string, icon: IconName]> = { OK: ["fine", "FINE"], AT_RISK: ["unknown", "UNKNOWN"], OVER: ["broken", "BROKEN"] };

const envelopesDocument = graphql`
  query EnvelopesQuery {
    envelopes(first: 100) {
      id
      name
      money {
        decimal
        currency
      }
      accounts {
        id
        name
      }
      labels {
        key
        value
      }
      setBy
      setAt
      budgetStatus {
        state
        reasons
        rule
        spent {
          decimal
          currency
        }
        estimate {
          decimal
          currency
        }
        limitsLeft {
          decimal
          currency
        }
        freeAllowance {
          decimal
          currency
        }
        notCounted {
          name
          reason
        }
      }
    }
    accounts(first: 100) {
      ...useAccounts_page @relay(mask: false)
    }
  }
`;

/** They are kept here, so that no observation shows that somebody changed one. */
const AT_LEAST_EVERY_MS = 10_000;

export function Envelopes() {
  const variables = useMemo(() => ({}), []);
  const { envelopes, accounts: firstAccounts } = useFollowed<EnvelopesQuery>(envelopesDocument, variables, { atLeastEveryMs: AT_LEAST_EVERY_MS });
  const accounts = useAccounts(firstAccounts);
  const environment = useRelayEnvironment();
  const onChanged = () => {
    fetchQuery<EnvelopesQuery>(environment, envelopesDocument, variables, { networkCacheConfig: { force: true } }).subscribe({ error: () => undefined });
  };
  const refusal = useRefusal("WRITE");
  const [isSetting, setSetting] = useState(false);
  return (
    <Section
      title="Envelopes"
      note="kept here: no provider stops at them"
      source={{ document: compiled, variables }}
      actions={
        refusal ? (
          <ReadOnly refusal={refusal} />
        ) : (
          <Button kind="quiet" icon="plus" onClick={() => setSetting(true)}>
            Set an envelope
          </Button>
        )
      }
    >
      {envelopes.length === 0 ? (
        <Empty icon="spend" title="There is no envelope.">What a team, an account or a label may cost a month is set here, and said when it is at risk.</Empty>
      ) : (
        <ul className="items">
          {envelopes.map((one) => (
            <Row key={one.id} envelope={one} onDelete={refusal === null ? onChanged : null} />
          ))}
        </ul>
      )}
      {isSetting && (
        <SetEnvelope accounts={accounts.nodes} onClose={() => setSetting(false)} onSet={onChanged} />
      )}
    </Section>
  );
}

function Row({ envelope, onDelete }: { envelope: Envelope; onDelete: (() => void) | null }) {
  const { name, accounts, labels, budgetStatus: status } = envelope;
  const [tone, icon] = STATES[status.state] ?? ["unknown", "UNKNOWN"];
  const [remove, isBusy] = useChange<EnvelopesDeleteMutation>(graphql`
    mutation EnvelopesDeleteMutation($id: ID!) {
      deleteEnvelope(id: $id) {
        userErrors {
          __typename
          message
        }
      }
    }
  `);
  const share = (amount: { readonly decimal: string }) => Math.min(100, (Number(amount.decimal) / Math.max(0.01, Number(envelope.money.decimal))) * 100);
  const about = [accounts ? accounts.map((one) => one.name).join(", ") : "every account", ...labels.map(({ key, value }) => `${key}=${value}`)].join(" · ");
  return (
    <li className="item envelope">
      <span className={`phase tone-${tone}`}>
        <Icon name={icon} size={14} />
        {status.state === "OK" ? "OK" : words(status.state)}
      </span>
      <div className="what">
        <span className="name">{name}</span> <span className="where">{about}</span>
        {status.reasons.map((reason) => (
          <p key={reason}>{reason}</p>
        ))}
        <p className="muted small">
          Set by {envelope.setBy} <Ago at={envelope.setAt} />.
          {status.reasons.length === 0 && ` The limits of its clusters allow ${money(status.limitsLeft)} more`}
          {status.reasons.length === 0 && (Number(status.freeAllowance.decimal) > 0 ? `, less ${money(status.freeAllowance)} that are free.` : ".")}
        </p>
        {status.notCounted.length > 0 && (
          <details>
            <summary className="muted">{plural(status.notCounted.length, "thing is", "things are")} in no sum</summary>
            <ul>
              {status.notCounted.map((one) => (
                <li key={`${one.name} ${one.reason}`} className="muted small">
                  {one.name}: {one.reason}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <span className="budget">
        <span className="meter" role="img" aria-label={`${money(status.spent)} of ${money(envelope.money)} spent, ${money(status.estimate)} expected at the end`}>
          <span className={`tone-${tone}`} style={{ width: `${share(status.spent)}%` }} />
          <i style={{ left: `${share(status.estimate)}%` }} title={`Expected at the end: ${money(status.estimate)}`} />
        </span>
        <span className="muted small" title={status.rule}>
          {money(status.spent)} of {money(envelope.money)}, expected {money(status.estimate)}
        </span>
      </span>
      {onDelete && (
        <span className="actions">
          <IconButton
            icon="close"
            label={`Delete the envelope ${name}`}
            because={isBusy ? "It is being asked for." : null}
            onClick={async () => {
              const { deleteEnvelope } = await remove({ id: envelope.id });
              const refused = deleteEnvelope?.userErrors[0];
              if (deleteEnvelope) say(refused?.message ?? `${name} is gone.`, refused ? "broken" : "fine");
              onDelete();
            }}
          />
        </span>
      )}
    </li>
  );
}
