import { create } from "zustand";
import type { ChatId, MessageStatus } from "../gen/api";
import { t } from "../i18n";
import type { Frame } from "../wire/socket";
import { isWaitedFor, settledFor } from "./asked";
import { chatList, type Item, item, titleOf } from "./chatList";
import { onHeard } from "./hearing";
import { mentions } from "./mentions";
import { message } from "./rooms";
import { me, whileIn } from "./session";
import { settings } from "./settings";
import { isWatchedAnywhere } from "./watch";

export { setPageTitle } from "./badge";

/** `unsupported`: the browser has none, or the page came over plain http. */
export type Permission = "unsupported" | NotificationPermission;

const BODY = 160;

function current(): Permission {
  return window.isSecureContext && "Notification" in window ? Notification.permission : "unsupported";
}

const permission = create<{ now: Permission }>(() => ({ now: current() }));

export function usePermission(): Permission {
  return permission((state) => state.now);
}

/** Only from a click: browsers refuse to ask otherwise. */
export async function askPermission(): Promise<Permission> {
  if (current() === "default") await Notification.requestPermission();
  permission.setState({ now: current() });
  return current();
}

// It may be given or taken in the browser's own settings; whoever does that comes back to the page.
addEventListener("focus", () => permission.setState({ now: current() }));

let openChat: (chat: ChatId) => void = () => undefined;

/** What a click on a notification does. */
export function onNotificationClick(open: (chat: ChatId) => void): void {
  openChat = open;
}

/** What calls for somebody who looks elsewhere. `call`: it was said to me, or is the answer that I asked for. */
type News = { from: string; text: string; call: "name" | "answer" | "failure" | undefined };

function newsOf(frame: Frame): News | undefined {
  const mine = me();
  if (!mine) return undefined;
  if (frame.type === "message") {
    const { kind, user_id, display_name: from, content: text, deleted_at, status } = frame;
    // A reply is news once it has been written.
    if (kind !== "text" || user_id === mine.id || deleted_at || isWaitedFor(status)) return undefined;
    return { from, text, call: mentions(text, mine.username) ? "name" : undefined };
  }
  const asker = settledFor(frame);
  const end = asker === undefined ? undefined : endOf(frame);
  if (!end) return undefined;
  const call = end.status === "complete" ? "answer" : "failure";
  return { from: end.from, text: end.text, call: asker === mine.id ? call : undefined };
}

/** How a reply ended: with its text, or where there is none with the reason. */
function endOf(frame: Frame): { from: string; text: string; status: MessageStatus } | undefined {
  if (frame.type === "message_updated") {
    const { display_name: from, status, content, run } = frame;
    return { from, status, text: content || (run?.detail ?? "") };
  }
  if (frame.type !== "bot_stream") return undefined;
  const { chat_id, message_id, status, full_response, detail } = frame;
  const from = message(chat_id, message_id)?.display_name ?? "";
  return { from, status: status ?? "complete", text: full_response || (detail ?? "") };
}

function calls({ notify }: Item, { call }: News): boolean {
  return notify === "all" || (notify === "mentions" && call !== undefined);
}

/** The notification of each chat, and of how many messages it tells. */
const shown = new Map<ChatId, { count: number; close: () => void }>();

async function show(chat: Item, news: News): Promise<void> {
  if (await isWatchedAnywhere(chat.id)) return;
  // Read on another device in the meantime.
  const now = item(chat.id);
  if (!now || !settings().notifications) return;
  // Counted before it is shown, which takes a while: the next one may come meanwhile.
  const told = shown.get(chat.id) ?? { count: 0, close: () => undefined };
  const count = ++told.count;
  shown.set(chat.id, told);
  const text = news.text.replace(/\s+/g, " ").slice(0, BODY);
  const body = count === 1 ? text : `${text}\n${t("notify.more", { count })}`;
  // One for each chat: the next replaces it without another sound.
  told.close = await display(titleFor(chat, news), { body, tag: chat.id, data: { chat: chat.id } });
}

function titleFor(chat: Item, { call, from }: News): string {
  if (call === "answer") return t("notify.ready");
  if (call === "failure") return t("notify.unfinished");
  const name = titleOf(chat);
  return chat.kind === "group" ? t("notify.message_in", { name: from || name, chat: name }) : from || name;
}

async function display(
  title: string,
  options: NotificationOptions & { tag: string; data: { chat: ChatId } },
) {
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker) {
    // Phones allow no other; the worker hears the click and tells this page.
    await worker.showNotification(title, options);
    return () => {
      worker.getNotifications({ tag: options.tag }).then((all) => {
        for (const one of all) one.close();
      });
    };
  }
  const notification = new Notification(title, options);
  notification.addEventListener("click", () => {
    window.focus();
    openChat(options.data.chat);
    notification.close();
  });
  return () => notification.close();
}

/** What was read is no news. */
function closeRead(): void {
  for (const [chat, { close }] of shown) {
    const now = item(chat);
    if (now && now.unread_count > 0) continue;
    if (now?.mention) continue;
    shown.delete(chat);
    close();
  }
}

/** Whether this is the tab that notifies: one of them is enough. */
let isTheOne = false;

function hear(frame: Frame): void {
  const news = newsOf(frame);
  if (!news || !isTheOne || current() !== "granted" || !("chat_id" in frame) || !frame.chat_id) return;
  const chat = item(frame.chat_id);
  if (chat && calls(chat, news)) show(chat, news);
}

onHeard({ onFrame: hear });
chatList.subscribe(closeRead);

navigator.serviceWorker?.addEventListener(
  "message",
  ({ data }: MessageEvent<{ type?: string; chat?: ChatId }>) => {
    if (data.type === "open" && data.chat) openChat(data.chat);
  },
);

whileIn(() => {
  if (current() === "unsupported") return () => undefined;
  const over = new AbortController();
  navigator.locks
    .request("coop.notify", { signal: over.signal }, () => {
      isTheOne = true;
      return new Promise<void>((resolve) => over.signal.addEventListener("abort", () => resolve()));
    })
    .catch(() => undefined);
  return () => {
    over.abort();
    isTheOne = false;
    for (const { close } of shown.values()) close();
    shown.clear();
  };
});
