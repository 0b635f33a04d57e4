/** What stands where there is nothing to show: not yet, nothing there, or not to be had. */
import { Component, type ReactNode } from "react";
import { ApiError } from "../relay/environment";
import { Attempt } from "../relay/useRead";
import { Button, LinkButton } from "./Button";
import { Icon, type IconName } from "./icons";

export function Empty({ icon = "FINE", title, children }: { icon?: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} size={22} />
      <p className="title">{title}</p>
      {children && <div className="muted">{children}</div>}
    </div>
  );
}

/** Stands where there is something as soon as there is an account. */
export function NoAccount() {
  return (
    <Empty icon="accounts" title="No account is connected.">
      <LinkButton to="/accounts">To the accounts</LinkButton>
    </Empty>
  );
}

export function Skeleton({ rows = 6 }: { rows?: number }) {
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} />
      ))}
    </div>
  );
}

function Problem({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <div className="empty problem" role="alert">
      <Icon name="BROKEN" size={22} />
      <p className="title">{error instanceof ApiError ? error.message : "This view failed."}</p>
      <div className="muted">
        {error instanceof ApiError && error.requestId && <p>Request {error.requestId}</p>}
        {!(error instanceof ApiError) && <p>{error.message}</p>}
      </div>
      <Button icon="refresh" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}

interface BoundaryState {
  error: Error | null;
  attempt: number;
}

/** Keeps a fault to the view that it is in. Another `at` starts anew. */
export class Boundary extends Component<{ at: string; children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { error: null, attempt: 0 };

  static getDerivedStateFromError(error: Error): Partial<BoundaryState> {
    return { error };
  }

  override componentDidUpdate(before: { at: string }) {
    if (before.at !== this.props.at && this.state.error) this.setState({ error: null });
  }

  override render() {
    if (this.state.error) {
      return <Problem error={this.state.error} onRetry={() => this.setState(({ attempt }) => ({ error: null, attempt: attempt + 1 }))} />;
    }
    return <Attempt value={this.state.attempt}>{this.props.children}</Attempt>;
  }
}
