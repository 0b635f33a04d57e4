/** A change in a dialog, which closes once it was asked for. */
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { say } from "../parts/Toasts";
import { ChangeForm, type ChangeFormProps } from "./ChangeForm";

interface ChangeDialogProps extends Omit<ChangeFormProps, "onSent" | "actions"> {
  title: string;
  /** What is said once it was asked for. Left out where the dialog goes on. */
  done?: string;
  isWide?: boolean;
  onClose: () => void;
}

export function ChangeDialog({ title, done, onClose, children, isWide, ...form }: ChangeDialogProps) {
  const finish = () => {
    if (done === undefined) return;
    say(done);
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose} isWide={isWide ?? !form.isOurs}>
      <ChangeForm {...form} onSent={finish} actions={<Button onClick={onClose}>Cancel</Button>}>
        {children}
      </ChangeForm>
    </Dialog>
  );
}
