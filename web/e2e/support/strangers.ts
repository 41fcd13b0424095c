import type { Page } from "@playwright/test";

/**
 * Remembers, from the page's first moment on, every element and attribute that no text may bring into it, also if it
 * was there for a moment only, and everything that the content policy refused.
 */
export async function watchStrangers(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const found: string[] = [];
    Object.assign(window, { strangers: found });
    // Nowhere in the page.
    const never =
      "script, iframe, frame, object, embed, applet, img, image, video, audio, picture, source, base, portal";
    // The app has these, but never within a message.
    const inText =
      "form, style, link, meta, svg, template, textarea, select, option, dialog, canvas, input:not([type=checkbox])";
    const look = (element: Element) => {
      if (!document.body?.contains(element)) return;
      if (element.matches(never)) found.push(element.outerHTML.slice(0, 200));
      if (!element.closest(".prose")) return;
      if (element.matches(inText)) found.push(element.outerHTML.slice(0, 200));
      for (const { name, value } of element.attributes) {
        const address = /^(href|src|action|formaction|xlink:href|data)$/.test(name);
        if (
          /^on/.test(name) ||
          ["style", "srcdoc", "id", "name"].includes(name) ||
          (address && !/^(https?:\/\/|mailto:)/.test(value))
        ) {
          found.push(`${element.localName} ${name}=${value.slice(0, 100)}`);
        }
      }
    };
    new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        if (type === "attributes") look(target as Element);
        for (const node of addedNodes) {
          if (!(node instanceof Element)) continue;
          look(node);
          for (const below of node.querySelectorAll("*")) look(below);
        }
      }
    }).observe(document, { subtree: true, childList: true, attributes: true });
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
      found.push(`policy: ${violatedDirective} ${blockedURI} ${sample}`),
    );
  });
  return () => page.evaluate(() => (window as unknown as { strangers: string[] }).strangers);
}
