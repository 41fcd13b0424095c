// What runs inside the page: it feeds the answer, and watches what the reader sees.

/**
 * Stands between the app and its socket. The server joins a reply's text to at most 20 chunks a second; to see 50, its
 * chunks are held back and ours are given to the app instead, as frames of the same form.
 */
export function tapSocket() {
  const ours = new WeakSet();
  let socket;
  let reply;
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      socket = this;
      // The first listener, and so before the app's.
      this.addEventListener("message", (event) => {
        if (ours.has(event)) return;
        const frame = JSON.parse(event.data);
        if (frame.type === "bot_stream" && !frame.is_complete) event.stopImmediatePropagation();
        if (frame.type.startsWith("message") && frame.status === "streaming") reply = frame;
      });
    }
  };
  window.bench = {
    /** Chunks that were given to the app so far. */
    fed: 0,
    /** The reply that began last. */
    reply: () => reply?.message_id,
    async feed(text, characters, hertz) {
      const total = Math.ceil(text.length / characters);
      const start = performance.now();
      for (let index = 0; index < total; ) {
        const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * hertz) + 1);
        for (; index < due; index++) {
          const { chat_id, message_id } = reply;
          const chunk = text.slice(index * characters, (index + 1) * characters);
          const frame = { type: "bot_stream", chat_id, message_id, index, chunk, is_complete: false };
          const event = new MessageEvent("message", { data: JSON.stringify(frame) });
          ours.add(event);
          socket.dispatchEvent(event);
          this.fed++;
        }
        await new Promise((again) => setTimeout(again, 1000 / hertz));
      }
      return { chunks: total, ms: performance.now() - start };
    },
  };
}

/** Positions are read in a task after each frame, which is what was on the screen. */
export function watch() {
  const log = () => document.querySelector('[role="log"]');
  const rows = () => [...log().querySelectorAll("[data-index]")];
  const named = (name) => document.querySelector(`article[aria-labelledby="${CSS.escape(name)}"]`);
  function afterEachFrame(look) {
    const channel = new MessageChannel();
    let running = true;
    channel.port1.onmessage = look;
    const frame = () => {
      if (!running) return;
      channel.port2.postMessage(0);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return () => {
      running = false;
    };
  }
  Object.assign(window.bench, {
    /** The first row that lies wholly within the view. */
    middle() {
      const view = log().getBoundingClientRect();
      const inside = rows().filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return row.querySelector("article[aria-labelledby]") && top > view.top + 40 && bottom < view.bottom;
      });
      const first = inside.sort((a, b) => a.dataset.index - b.dataset.index)[0];
      return first?.querySelector("article").getAttribute("aria-labelledby");
    },
    /** How far a row moves on the screen until `stop`. */
    hold(name) {
      const tops = [];
      let lost = 0;
      const stop = afterEachFrame(() => {
        const row = named(name);
        if (row) tops.push(row.getBoundingClientRect().top);
        else lost++;
      });
      return () => {
        stop();
        return { px: Math.max(...tops) - Math.min(...tops), frames: tops.length, lost };
      };
    },
    /** While one scrolls up: frames with a hole in them, and frames in which the text went the other way. */
    scrolling() {
      const seen = { frames: 0, blank: 0, wrongWay: 0, slowest: 0 };
      let last;
      let then = performance.now();
      const stop = afterEachFrame(() => {
        const view = log().getBoundingClientRect();
        const edges = rows().map((row) => row.getBoundingClientRect());
        const shown = edges.filter(({ top, bottom }) => bottom > view.top && top < view.bottom);
        const covered =
          Math.min(view.bottom, Math.max(...shown.map(({ bottom }) => bottom))) -
          Math.max(view.top, Math.min(...shown.map(({ top }) => top)));
        if (view.height - covered > 60) seen.blank++;
        const row = last && named(last.name);
        if (row && row.getBoundingClientRect().top < last.top - 3) seen.wrongWay++;
        const name = window.bench.middle();
        last = name && { name, top: named(name).getBoundingClientRect().top };
        seen.slowest = Math.max(seen.slowest, performance.now() - then);
        then = performance.now();
        seen.frames++;
      });
      return () => {
        stop();
        return seen;
      };
    },
    gap: () => log().scrollHeight - log().scrollTop - log().clientHeight,
  });
}
