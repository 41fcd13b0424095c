/** Where to go after logging in: a path of this app and nothing else, or a link to us would lead elsewhere. */
export function next(wanted: unknown): { next?: string } {
  if (typeof wanted !== "string") return {};
  const inside = /^\/(?![/\\])/.test(wanted) && !/[\\\p{Cc}]/u.test(wanted);
  return inside ? { next: wanted } : {};
}

/** The search that brings somebody back to where they are; the home needs no saying. */
export function returnPath(here: string): { next?: string } {
  return here === "/" ? {} : next(here);
}
