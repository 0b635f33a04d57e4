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

/** Radix's own overlay writes style elements, which our policy forbids: a plain element does the same. */
export function Dialog({ title, onClose, children, isWide = false }: DialogProps) {
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <div className="overlay" />
        <Radix.Content className={`dialog ${isWide ? "wide" : ""}`} aria-describedby={undefined}>
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
