// What the offline page does: it speaks the reader's language, and goes on when the server answers.
(() => {
  const EVERY_MS = 5000;

  let chosen = "system";
  try {
    chosen = JSON.parse(localStorage.getItem("coop.settings") ?? "{}").locale ?? "system";
  } catch {
    // Storage may be forbidden or hold nonsense; the browser's language is right then.
  }
  const texts = [...document.querySelectorAll("main [lang]")];
  const wanted = chosen === "system" ? navigator.languages.map((tag) => tag.split("-")[0]) : [chosen];
  const language = wanted.find((tag) => texts.some((text) => text.lang === tag)) ?? "en";
  document.documentElement.lang = language;
  for (const text of texts) text.hidden = text.lang !== language;

  const again = () => location.reload();
  for (const button of document.querySelectorAll("button")) button.addEventListener("click", again);
  addEventListener("online", again);
  setInterval(async () => {
    if (document.hidden) return;
    // The worker leaves HEAD alone: what answers is the server.
    const answer = await fetch("/", { method: "HEAD", cache: "no-store" }).catch(() => undefined);
    if (answer?.ok) again();
  }, EVERY_MS);
})();
