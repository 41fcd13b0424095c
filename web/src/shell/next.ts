type Next = { next?: string | undefined };

/**
 * Where to go after logging in: a path of this app and nothing else, or a link to us would lead elsewhere.
 * What is refused is named as undefined: the router goes on with the raw value where a key is merely missing.
 */
export function next(wanted: unknown): Next {
  if (typeof wanted !== "string") return { next: undefined };
  const inside = /^\/(?![/\\])/.test(wanted) && !/[\\\p{Cc}]/u.test(wanted);
  return { next: inside ? wanted : undefined };
}

/** The search that brings somebody back to where they are; the home needs no saying. */
export function returnPath(here: string): Next {
  return here === "/" ? {} : next(here);
}
