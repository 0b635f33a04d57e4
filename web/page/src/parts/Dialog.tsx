/** A dialog that keeps the focus until it is closed. It is open while it is there, so that nothing typed into it outlives it. */
import * as Radix from "@radix-ui/react-dialog";
import type { ReactNode } from "react";
import { IconButton } from "./Button";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  isWide?: boolean;
}

let opener: HTMLElement | null = null;

/** What opened it: for an item of a menu, the button of that. One dialog may come after another. */
function remember(): void {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || active === document.body || active.closest(".dialog")) return;
  const menu = active.closest(".menu");
  opener = menu ? document.getElementById(menu.getAttribute("aria-labelledby") ?? "") : active;
}

/** Radix would look for a trigger of its own. */
function goBack(event: Event): void {
  event.preventDefault();
  opener?.focus();
}

/** Radix's own overlay writes style elements, which our policy forbids: a plain element does the same. */
export function Dialog({ title, onClose, children, isWide = false }: DialogProps) {
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <div className="overlay" />
        <Radix.Content className={`dialog ${isWide ? "wide" : ""}`} aria-describedby={undefined} onOpenAutoFocus={remember} onCloseAutoFocus={goBack}>
          <header>
            <Radix.Title>{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton icon="close" label="Close" />
            </Radix.Close>
          </header>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
