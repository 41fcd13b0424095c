const schemes = new Set(["http:", "https:", "mailto:"]);

/**
 * The address that a link may lead to. It is read by the browser's own parser, and what that parser says is what the
 * page gets: tricks with case, tabs or references end up as what they are. Relative addresses are of this server: no
 * message has business there.
 */
export function linkTarget(href: string): URL | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  return schemes.has(url.protocol) ? url : undefined;
}

const withoutWww = (host: string) => host.toLowerCase().replace(/^www\./, "");

function hostOf(address: string): string | undefined {
  const absolute = /^[a-z][a-z\d+.-]*:\/\//i.test(address) ? address : `https://${address}`;
  return URL.canParse(absolute) ? withoutWww(new URL(absolute).host) : undefined;
}

/** What in a link's text looks like an address: with a scheme or `www.` anywhere, without one if it is all there is. */
function addressesIn(label: string): string[] {
  const marked =
    label.match(/(?:[a-z][a-z\d+.-]*:\/\/|www\.)[^\s<>"'()]+|[^\s@<>"'()]+@[^\s@<>"'()]+/gi) ?? [];
  const bare = /^(?:[\p{L}\p{N}_-]+\.)+\p{L}{2,}(?:[:/?#]\S*)?$/u.test(label);
  return bare ? [...marked, label] : marked;
}

/** Where a link really leads, if its text claims to be another address: "bank.example" that leads to "evil.example". */
export function trueDestination(label: string, url: URL): string | undefined {
  const destination = url.protocol === "mailto:" ? url.pathname : url.host;
  // A name before the host is only ever there to look like one.
  if (url.username || url.password) return destination;
  // Characters that nobody sees must not hide an address from this look.
  const visible = label
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .replace(/。/g, ".")
    .trim();
  const honest = addressesIn(visible).every((address) => {
    const mail = address.replace(/^mailto:/i, "");
    if (url.protocol === "mailto:") return mail.toLowerCase() === destination.toLowerCase();
    return !address.includes("@") && hostOf(address) === withoutWww(url.host);
  });
  return honest ? undefined : destination;
}
