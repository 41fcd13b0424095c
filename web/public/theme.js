// Runs before the first paint, so that a dark room never flashes white. A file of its own, because the
// policy allows no inline script. `coop.settings` is written by src/state/settings.ts.
(() => {
  let theme = "system";
  try {
    theme = JSON.parse(localStorage.getItem("coop.settings") ?? "{}").theme ?? "system";
  } catch {
    // Storage may be forbidden or hold nonsense; the system's theme is right then.
  }
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
})();
