import type { ReactNode } from "react";
import { Avatar } from "../ui/Avatar";

type AgentLineProps = {
  agent: { id: string; username: string; display_name: string };
  sign: string | null | undefined;
  about: string | undefined;
  /** What to know of it beside its names. */
  mark?: ReactNode;
  /** What one may do with it. */
  children?: ReactNode;
};

/** An agent in a list: its face, its names and what it is for. */
export function AgentLine({ agent, sign, about, mark, children }: AgentLineProps) {
  const { id, username, display_name } = agent;
  return (
    <li className="flex min-h-14 items-center gap-3 py-1.5">
      <Avatar user={{ id, username, kind: "agent" }} sign={sign ?? undefined} />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-baseline gap-x-1.5 text-sm leading-tight">
          <span className="max-w-full truncate font-medium">{display_name}</span>
          <span className="max-w-full truncate text-ink-2">@{username}</span>
          {mark}
        </span>
        {about && (
          <span className="block text-pretty break-words text-[13px] text-ink-2 leading-snug">{about}</span>
        )}
      </span>
      {children}
    </li>
  );
}
