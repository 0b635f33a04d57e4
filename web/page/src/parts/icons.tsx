/** Drawings of 16 by 16. They decorate: whatever they mean is beside them in words. */
import type { ReactNode } from "react";

const DRAWINGS = {
  fleet: <path d="M2.5 2.5h4.5v4.5h-4.5zM9 2.5h4.5v4.5h-4.5zM2.5 9h4.5v4.5h-4.5zM9 9h4.5v4.5h-4.5z" />,
  clusters: <path d="M2.5 4h11M2.5 8h11M2.5 12h11" />,
  activity: <path d="M1.5 8.5h3l2-5 3 9 2-4h3" />,
  operations: <path d="M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 1.8v2.7h-2.7" />,
  accounts: <path d="M8 7.5a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM3 13.7c.4-2.6 2.4-3.9 5-3.900s4.6 1.3 5 3.9" />,
  spend: <path d="M8 1.800v12.400M11 4.600c-.5-1-1.6-1.4-3-1.4-1.7 0-3 .8-3 2.2 0 3.2 6.2 1.4 6.2 4.7 0 1.5-1.4 2.5-3.2 2.5-1.6 0-2.9-.6-3.3-1.9" />,
  keys: <path d="M6.3 9.700a3.4 3.4 0 1 1 0-4.8 3.4 3.4 0 0 1 0 4.800zM7.3 7.300h6.700v2.700M11.3 7.300v2" />,
  integrations: <path d="M5.500 2v3M10.500 2v3M3.500 5h9v2.500a4.500 4.500 0 0 1-9 0zM8 12v2.200" />,
  webhooks: <path d="M2 8.300 14 2.500l-3.300 11-3.200-4.300zM7.500 9.200 14 2.500" />,
  audit: <path d="M3.500 2h9v12h-9zM6 5.300h4M6 8h4M6 10.700h2.500" />,
  explorer: <path d="M5 4.5 1.8 8 5 11.500M11 4.5 14.2 8 11 11.500M9.3 2.8 6.7 13.2" />,
  plus: <path d="M8 3v10M3 8h10" />,
  search: <path d="M7 11.800a4.8 4.8 0 1 0 0-9.6 4.8 4.8 0 0 0 0 9.600zM10.5 10.500l3.3 3.3" />,
  chevron: <path d="M4.5 6.3 8 9.800l3.5-3.5" />,
  right: <path d="M6.3 4.5 9.8 8l-3.5 3.5" />,
  up: <path d="M8 13V3.500M4.3 7 8 3.3 11.7 7" />,
  down: <path d="M8 3v9.500M4.3 9 8 12.7 11.7 9" />,
  close: <path d="M4 4l8 8M12 4l-8 8" />,
  check: <path d="M3.2 8.5 6.5 12l6.3-7.5" />,
  copy: <path d="M5.8 5.800h7.400v7.400h-7.400zM10.2 5.800v-3h-7.400v7.400h3" />,
  external: <path d="M9.5 2.500h4v4M13.3 2.7 7.5 8.500M11.5 9.500v4h-9v-9h4" />,
  refresh: <path d="M13 6.500A5.3 5.3 0 0 0 3.3 5.300M3 2.300v3.200h3.200M3 9.500a5.3 5.3 0 0 0 9.7 1.200M13 13.700v-3.200H9.8" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.4" />,
  lock: <path d="M3.5 7.300h9v6h-9zM5.5 7.300V5a2.5 2.5 0 0 1 5 0v2.3" />,
  moon: <path d="M13.3 9.700A5.7 5.7 0 0 1 6.3 2.700a5.7 5.7 0 1 0 7 7z" />,
  help: <path d="M6 6.200a2 2 0 1 1 2.9 1.800c-.6.3-.9.7-.9 1.400M8 12v.01" />,
  columns: <path d="M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10" />,
  download: <path d="M8 2.500v7.500M4.8 7 8 10.2 11.2 7M2.8 13.300h10.4" />,
  edit: <path d="M10.8 2.700l2.5 2.500L5.7 12.800l-3.2.7.7-3.200z" />,
  link: <path d="M6.8 9.200a2.5 2.5 0 0 0 3.6 0l2.3-2.300a2.5 2.5 0 0 0-3.6-3.600l-.8.8M9.2 6.800a2.5 2.5 0 0 0-3.6 0L3.3 9.100a2.5 2.5 0 0 0 3.6 3.600l.8-.8" />,
  menu: <path d="M2.5 4.500h11M2.5 8h11M2.5 11.500h11" />,
  BROKEN: <path d="M5.5 1.800h5l3.7 3.700v5l-3.7 3.700h-5l-3.7-3.700v-5zM6 6l4 4M10 6l-4 4" />,
  STUCK: <path d="M4 2h8M4 14h8M5 2c0 3 6 4 6 6s-6 3-6 6M11 2c0 3-6 4-6 6s6 3 6 6" />,
  UNKNOWN: <path d="M8 14.200a6.2 6.2 0 1 0 0-12.4 6.2 6.2 0 0 0 0 12.400zM6.2 6.400a1.8 1.8 0 1 1 2.7 1.600c-.6.3-.9.6-.9 1.200M8 11.300v.01" />,
  MOVING: <path d="M8 1.800a6.2 6.2 0 1 1-6.2 6.200M8 4.800V8l2.2 1.4" />,
  FINE: <path d="M8 14.200a6.2 6.2 0 1 0 0-12.4 6.2 6.2 0 0 0 0 12.400zM5.2 8.200l2 2 3.7-4.2" />,
  STOPPED: <path d="M8 14.200a6.2 6.2 0 1 0 0-12.4 6.2 6.2 0 0 0 0 12.400zM6.5 6v4M9.5 6v4" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof DRAWINGS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {DRAWINGS[name]}
    </svg>
  );
}
