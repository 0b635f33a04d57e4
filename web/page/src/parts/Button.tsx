import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Link } from "wouter";
import { Icon, type IconName } from "./icons";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon?: IconName | undefined;
  kind?: "plain" | "primary" | "danger" | "quiet";
  /** Why it cannot be used now. It stays focusable, so that everybody can learn the reason. */
  because?: string | null | undefined;
  children?: ReactNode;
}

export function Button({ icon, kind = "plain", because, children, className, onClick, title, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`button ${kind} ${className ?? ""}`}
      aria-disabled={because ? true : undefined}
      title={because ?? title}
      onClick={because ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {icon && <Icon name={icon} size={14} />}
      {children}
      {because && <span className="sr"> ({because})</span>}
    </button>
  );
}

export function IconButton({ icon, label, ...rest }: Omit<ButtonProps, "children"> & { icon: IconName; label: string }) {
  return (
    <Button kind="quiet" {...rest} icon={icon} aria-label={label} title={label} className={`square ${rest.className ?? ""}`} />
  );
}

export function LinkButton({ to, icon, kind = "plain", children }: { to: string; icon?: IconName; kind?: string; children: ReactNode }) {
  return (
    <Link to={to} className={`button ${kind}`}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </Link>
  );
}

export function Outside({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a className="outside" href={href} target="_blank" rel="noopener noreferrer">
      {children}
      <Icon name="external" size={12} />
      <span className="sr"> (opens a new tab)</span>
    </a>
  );
}
