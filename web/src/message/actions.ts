import type { ChatKind, MemberRole, Message, UserId } from "../gen/api";

export type Action =
  | "reply"
  | "copy"
  | "link"
  | "saw"
  | "branch"
  | "edit"
  | "retry"
  | "continue"
  | "stop"
  | "delete";

/** Who wants to do it. */
export type Standing = { me: UserId; role: MemberRole };

/** And in what kind of chat. */
export type Place = Standing & { kind: ChatKind };

/** What one may do with a message, as the server decides it too. In the order in which they are offered. */
export function actionsFor(message: Message, standing: Place): Action[] {
  if (message.kind === "system" || message.deleted_at) return [];
  const mine = message.user_id === standing.me;
  const moderates = standing.role !== "member";
  const rights: Record<Action, boolean> = {
    reply: isSettled(message),
    copy: isSettled(message) && message.content !== "",
    continue: mayContinue(message, standing),
    retry: mayRetry(message, standing),
    stop: mayStop(message, standing),
    edit: mine && !message.is_bot,
    link: true,
    saw: message.run != null && isSettled(message),
    // What two people say to each other goes nowhere else.
    branch: standing.kind !== "private" && message.status === "complete",
    delete: (mine || moderates) && isSettled(message),
  };
  return (Object.keys(rights) as Action[]).filter((action) => rights[action]);
}

export function isSettled(message: Message): boolean {
  return message.status !== "queued" && message.status !== "streaming";
}

/** A reply whose text is not all there. */
export function fellShort(message: Message): boolean {
  const { status, run } = message;
  if (status === "complete") return run?.reason === "cut";
  return run != null && isSettled(message);
}

export function mayStop(message: Message, standing: Standing): boolean {
  return !isSettled(message) && answersFor(message, standing);
}

export function mayRetry(message: Message, standing: Standing): boolean {
  return isSettled(message) && !message.deleted_at && answersFor(message, standing);
}

/** There is something to go on from. */
export function mayContinue(message: Message, standing: Standing): boolean {
  return fellShort(message) && hasText(message) && mayRetry(message, standing);
}

/** A reply that failed before its first word has in its place why. */
export function hasText({ content, run }: Message): boolean {
  return content !== "" && content !== run?.detail;
}

/** Whoever asked, the owner and the admins. */
function answersFor(message: Message, { me, role }: Standing): boolean {
  return message.run != null && (message.run.asked_by === me || role !== "member");
}
