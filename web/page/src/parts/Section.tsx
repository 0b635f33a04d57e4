/** A titled part of a view, which says how to get the same from the API. */
import * as Menu from "@radix-ui/react-dropdown-menu";
import type { ReactNode } from "react";
import type { ConcreteRequest } from "relay-runtime";
import { explorerAddress, toCurl } from "../relay/documents";
import { Icon } from "./icons";
import { say } from "./Toasts";

export interface Source {
  document: ConcreteRequest;
  variables: Record<string, unknown>;
}

interface SectionProps {
  title: string;
  id?: string;
  note?: ReactNode;
  source?: Source;
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function Section({ title, id, note, source, actions, className, children }: SectionProps) {
  return (
    <section className={`section ${className ?? ""}`} aria-label={title} id={id}>
      <header>
        <div className="titles">
          <h2>{title}</h2>
          {note && <span className="note">{note}</span>}
        </div>
        {actions}
        {source && <SourceMenu title={title} {...source} />}
      </header>
      {children}
    </section>
  );
}

export function SourceMenu({ title, document, variables }: Source & { title: string }) {
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="button quiet square source" aria-label={`The query of ${title}`} title="The query behind this">
        <Icon name="explorer" size={14} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" align="end" sideOffset={4}>
          <Menu.Item className="item" asChild>
            <a href={explorerAddress(document, variables)}>
              <Icon name="explorer" size={14} /> Open in explorer
            </a>
          </Menu.Item>
          <Menu.Item
            className="item"
            onSelect={() => copy(toCurl(document, variables), "The command is copied. Your key is not in it.")}
          >
            <Icon name="copy" size={14} /> Copy as curl
          </Menu.Item>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

export function copy(text: string, said: string): void {
  navigator.clipboard.writeText(text).then(
    () => say(said),
    () => say("The browser does not let this page copy.", "broken"),
  );
}
