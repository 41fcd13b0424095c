/** Where the worker's script is. A worker under another address would not replace it. */
const SCRIPT = "/sw.js";

/**
 * Starts the service worker (public/sw.js), where there can be one: over https or on localhost, and not while
 * developing, where no file carries a digest in its name.
 */
export async function registerWorker(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // The app works without; a private window may refuse it.
  await navigator.serviceWorker.register(trusted(SCRIPT)).catch(() => undefined);
}

type Policies = {
  createPolicy(
    name: string,
    rules: { createScriptURL: () => string },
  ): { createScriptURL(url: string): string };
};

/** A script's address as the content policy wants it. The policy of this name can be made once. */
function trusted(script: string): string {
  const { trustedTypes } = window as { trustedTypes?: Policies };
  const policy = trustedTypes?.createPolicy("service-worker", { createScriptURL: () => SCRIPT });
  return policy ? policy.createScriptURL(script) : script;
}
