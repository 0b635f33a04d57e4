/** A change at a provider in a dialog, which closes once it was asked for. */
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { say } from "../parts/Toasts";
import { ChangeForm, type ChangeFormProps } from "./ChangeForm";

interface ChangeDialogProps extends Omit<ChangeFormProps, "onSent" | "actions"> {
  title: string;
  /** What is said once it was asked for. */
  done: string;
  isOpen: boolean;
  onClose: () => void;
}

export function ChangeDialog({ title, done, isOpen, onClose, children, ...form }: ChangeDialogProps) {
  const finish = () => {
    say(done);
    onClose();
  };
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose} isWide>
      <ChangeForm {...form} onSent={finish} actions={<Button onClick={onClose}>Cancel</Button>}>
        {children}
      </ChangeForm>
    </Dialog>
  );
}
