import { chatList, totalUnread } from "./chatList";

const ICONS = { none: "/icons/favicon.svg", unread: "/icons/favicon-unread.svg" };

const NAME = "Gemini Coop";

let title = NAME;

/** The tab's title, for a page without one the app's; the number of unread messages goes in front of it. */
export function setPageTitle(page: string): void {
  title = page || NAME;
  draw();
}

/** Where a tab or an installed app shows that something is unread. */
export function startBadge(): void {
  chatList.subscribe(draw);
}

let drawn = "";

function draw(): void {
  const unread = totalUnread();
  const shown = unread === 0 ? title : `(${unread > 99 ? "99+" : unread}) ${title}`;
  if (shown === drawn) return;
  drawn = shown;
  document.title = shown;
  const icon = unread === 0 ? ICONS.none : ICONS.unread;
  document.querySelector('link[rel="icon"]')?.setAttribute("href", icon);
  // Only an installed app has one, and it may be refused; the title tells it as well.
  navigator.setAppBadge?.(unread).catch(() => undefined);
}
