import { create } from "zustand";
import type { ChatId } from "../gen/api";
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
type News = { from: string; text: string; call: "name" | "answer" | undefined };

function newsOf(frame: Frame): News | undefined {
  const mine = me();
  if (!mine) return undefined;
  if (frame.type === "message") {
    const { kind, user_id, username: from, content: text, deleted_at, status } = frame;
    // A reply is news once it has been written.
    if (kind !== "text" || user_id === mine.id || deleted_at || isWaitedFor(status)) return undefined;
    return { from, text, call: mentions(text, mine.username) ? "name" : undefined };
  }
  const asker = settledFor(frame);
  if (asker === undefined) return undefined;
  const call = asker === mine.id ? "answer" : undefined;
  if (frame.type === "message_updated") return { from: frame.username, text: frame.content, call };
  if (frame.type !== "bot_stream") return undefined;
  const from = message(frame.chat_id, frame.message_id)?.username ?? "";
  return { from, text: frame.full_response ?? "", call };
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
  const name = titleOf(chat);
  const from = news.from || name;
  const title =
    news.call === "answer"
      ? t("notify.ready")
      : chat.kind === "group"
        ? t("notify.message_in", { name: from, chat: name })
        : from;
  // Counted before it is shown, which takes a while: the next one may come meanwhile.
  const told = shown.get(chat.id) ?? { count: 0, close: () => undefined };
  const count = ++told.count;
  shown.set(chat.id, told);
  const text = news.text.replace(/\s+/g, " ").slice(0, BODY);
  const body = count === 1 ? text : `${text}\n${t("notify.more", { count })}`;
  // One for each chat: the next replaces it without another sound.
  told.close = await display(title, { body, tag: chat.id, data: { chat: chat.id } });
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
