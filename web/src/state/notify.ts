/** `unsupported`: the browser has none, or the page came over plain http. */
export type Permission = "unsupported" | "default" | "granted" | "denied";

export function usePermission(): Permission {
  throw new Error("not yet");
}
/** Only from a click: browsers refuse to ask otherwise. */
export async function askPermission(): Promise<Permission> {
  throw new Error("not yet");
}
/** The tab's title; the number of unread messages goes in front of it. */
export function setPageTitle(_title: string): void {}
