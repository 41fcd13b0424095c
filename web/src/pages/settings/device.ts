/** What a log-in came from, as far as its user agent tells; a name is as its maker writes it. */
export type Device = { kind: "desktop" | "mobile" | "program"; browser?: string; system?: string };

// Every browser claims to be others as well: the ones that are claimed stand last.
const browsers: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\b(?:OPR|OPT|Opera)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|Chromium|HeadlessChrome|CriOS)\//, "Chrome"],
  [/\bVersion\/.*\bSafari\//, "Safari"],
];

const systems: [RegExp, string, Device["kind"]][] = [
  [/\biPhone\b/, "iPhone", "mobile"],
  [/\biPad\b/, "iPad", "mobile"],
  [/\bAndroid\b/, "Android", "mobile"],
  [/\bCrOS\b/, "ChromeOS", "desktop"],
  [/\bWindows\b/, "Windows", "desktop"],
  [/\b(?:Macintosh|Mac OS X)\b/, "macOS", "desktop"],
  [/\bLinux\b|\bX11\b/, "Linux", "desktop"],
];

export function deviceOf(userAgent: string | null | undefined): Device {
  const agent = userAgent?.trim() ?? "";
  const browser = browsers.find(([mark]) => mark.test(agent))?.[1];
  const [, system, kind = "desktop"] = systems.find(([mark]) => mark.test(agent)) ?? [];
  if (browser || system) return { kind, ...(browser && { browser }), ...(system && { system }) };
  // `curl/8.5.0`, `python-requests/2.32`: a program says its name first.
  const program = /^[\w.-]+(?=\/)/.exec(agent)?.[0];
  return { kind: "program", ...(program && program !== "Mozilla" && { browser: program }) };
}
