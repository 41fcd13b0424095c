// The plain page: logs in, shows the chats, talks, and shows the bot write.
// Text reaches the page through textContent only. The access token lives in this module's memory; the
// cookie that renews it cannot be read by scripts.

const $ = (id) => document.getElementById(id);

let token = null;
let me = null;
let chats = [];
let room = null;
// What was written and has not been acknowledged, by client_id: sent again after each reconnection.
const outbox = new Map();

// ── REST ────────────────────────────────────────────────────────────────────────────────────────────

class Refused extends Error {
  constructor(problem, status) {
    super(problem?.errors?.map((error) => `${error.field} ${error.message}`).join(", ") || problem?.detail || `status ${status}`);
    this.status = status;
  }
}

async function request(method, path, body) {
  const headers = {};
  if (body) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (!response.ok) throw new Refused(answer, response.status);
  return answer;
}

async function api(method, path, body) {
  try {
    return await request(method, path, body);
  } catch (error) {
    if (error.status !== 401 || !token) throw error;
    await refresh();
    return request(method, path, body);
  }
}

// A refresh token works once: renewing twice at the same moment would look like a thief and end the session.
// So requests share one renewal, and tabs take turns where the browser can do that.
let renewal = null;

function refresh() {
  renewal ??= (navigator.locks ? navigator.locks.request("coop-refresh", renew) : renew()).finally(() => {
    renewal = null;
  });
  return renewal;
}

async function renew() {
  try {
    token = (await request("POST", "/api/auth/refresh")).access_token;
  } catch (error) {
    if (error.status === 401) showWelcome();
    throw error;
  }
}

function report(error) {
  $("notice").textContent = error.message;
  $("notice").hidden = false;
}

// Runs what a form or button does, and shows why it did not.
function acting(action) {
  return async (event) => {
    event?.preventDefault();
    $("notice").hidden = true;
    try {
      await action(event?.target && new FormData(event.target.closest("form") ?? undefined));
    } catch (error) {
      report(error);
    }
  };
}

const on = (id, event, action) => $(id).addEventListener(event, acting(action));

// ── Coming in and going out ─────────────────────────────────────────────────────────────────────────

const setupToken = location.pathname === "/setup" ? location.hash.slice(1) || new URLSearchParams(location.search).get("token") : null;
// The link is a secret: it stays neither in the address bar nor in what is bookmarked.
if (location.pathname !== "/") history.replaceState(null, "", "/");

function showWelcome() {
  token = me = room = null;
  chats = [];
  outbox.clear();
  socket.stop();
  $("home").hidden = true;
  $("welcome").hidden = false;
  $("setup").hidden = !setupToken;
  $("login").hidden = $("register").hidden = Boolean(setupToken);
}

async function enter() {
  me = await api("GET", "/api/auth/me");
  $("welcome").hidden = true;
  $("home").hidden = false;
  $("room").hidden = true;
  $("home").classList.remove("in-room");
  $("me").textContent = me.display_name;
  await loadChats();
  socket.start();
}

async function logIn(username, password) {
  token = (await request("POST", "/api/auth/login", { username, password, cookie: true })).access_token;
  for (const form of document.querySelectorAll("#welcome form")) form.reset();
  await enter();
}

on("login", "submit", (form) => logIn(form.get("username"), form.get("password")));

on("register", "submit", async (form) => {
  const account = Object.fromEntries(form);
  await request("POST", "/api/auth/register", { ...account, invite_code: account.invite_code || undefined });
  await logIn(account.username, account.password);
});

on("setup", "submit", async (form) => {
  const account = Object.fromEntries(form);
  await request("POST", "/api/setup", { ...account, token: setupToken });
  $("setup").hidden = true;
  await logIn(account.username, account.password);
});

on("logout", "click", async () => {
  await api("POST", "/api/auth/logout");
  showWelcome();
});

// ── The list of chats ───────────────────────────────────────────────────────────────────────────────

async function loadChats() {
  chats = await api("GET", "/api/chats");
  showChats();
}

const nameOf = (chat) => chat.name ?? chat.peer?.username ?? "Private chat";

function showChats() {
  $("chats").replaceChildren(...chats.map((chat) => {
    const button = document.createElement("button");
    button.type = "button";
    if (chat.id === room?.id) button.setAttribute("aria-current", "true");
    const add = (className, text) => {
      const span = document.createElement("span");
      span.className = className;
      span.textContent = text;
      button.append(span);
    };
    add("name", nameOf(chat));
    if (chat.unread_count) {
      add("unread", chat.unread_count < 100 ? chat.unread_count : "99+");
      button.lastChild.setAttribute("aria-label", `${chat.unread_count} unread`);
    }
    const last = chat.last_message;
    add("preview", last ? (last.kind === "system" ? last.content : `${last.username}: ${last.content}`) : "");
    button.addEventListener("click", acting(() => openRoom(chat.id)));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

on("create", "submit", async (form) => {
  const people = form.get("people").split(/[\s,]+/).filter(Boolean);
  const chat = await api("POST", "/api/chats", {
    kind: form.get("kind"),
    name: form.get("name") || undefined,
    participant_usernames: people,
  });
  $("create").reset();
  $("new-chat").open = false;
  await loadChats();
  await openRoom(chat.id);
});

// ── The open room ───────────────────────────────────────────────────────────────────────────────────

async function openRoom(id) {
  if (room) socket.send("leave", { chat_id: room.id });
  // `cursor` is the last number of the chat that was seen; null until the first join is answered.
  room = { id, cursor: null, messages: new Map(), items: new Map(), streams: new Map(), people: [], online: new Set(), typists: new Map() };
  $("messages").replaceChildren();
  $("room").hidden = false;
  $("home").classList.add("in-room");
  $("earlier").hidden = true;
  showChats();
  showRoom();
  join();
  await loadPage("");
  $("composer").content.focus();
}

function closeRoom() {
  room = null;
  $("room").hidden = true;
  $("home").classList.remove("in-room");
  showChats();
}

function join() {
  socket.send("join", { chat_id: room.id, after: room.cursor ?? undefined });
}

// Frames may overtake the page that is on its way; of two copies the later one wins, so the order is no matter.
async function loadPage(bound) {
  const limit = 50;
  const opened = room;
  const page = await api("GET", `/api/chats/${opened.id}/messages?limit=${limit}${bound}`);
  if (room !== opened) return;
  const height = $("scroll").scrollHeight;
  page.forEach(apply);
  $("earlier").hidden = page.length < limit;
  if (bound) $("scroll").scrollTop += $("scroll").scrollHeight - height;
  else $("scroll").scrollTop = $("scroll").scrollHeight;
}

function showRoom() {
  const chat = chats.find((chat) => chat.id === room.id);
  $("room-name").textContent = chat ? nameOf(chat) : "";
  $("invite").hidden = chat?.kind !== "group";
  $("people").textContent = room.people
    .map((member) => (room.online.has(member.user_id) ? `${member.username} ●` : member.username))
    .join(", ");
  $("typing").textContent = room.typists.size ? `typing: ${[...room.typists.keys()].join(", ")}` : "";
  showUnsent();
}

function showUnsent() {
  const waiting = [...outbox.values()].filter((draft) => draft.chat_id === room?.id);
  $("unsent").replaceChildren(...waiting.map((draft) => {
    const item = document.createElement("li");
    item.textContent = draft.content;
    return item;
  }));
}

// Takes a message from a page or a frame; frames name its id and place differently.
function apply(view) {
  const message = { ...view, id: view.message_id ?? view.id, seq: view.message_seq ?? view.seq };
  const known = room.messages.get(message.id);
  if (known && known.updated_seq > message.updated_seq) return;
  room.messages.set(message.id, message);
  if (message.client_id && message.user_id === me.id && outbox.delete(message.client_id)) showUnsent();
  showMessage(message);
}

const writing = (message) => message.status === "queued" || message.status === "streaming";

function showMessage(message) {
  const atEnd = $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 80;
  const item = room.items.get(message.id) ?? newItem(message);
  const mayStop = message.run?.asked_by === me.id || chats.some((chat) => chat.id === room.id && chat.my_role !== "member");
  const text = writing(message) ? room.streams.get(message.id)?.text ?? message.content : message.content;
  item.className = [message.kind, message.status, message.is_bot && "bot", message.deleted_at && "deleted"].filter(Boolean).join(" ");
  item.setAttribute("aria-busy", writing(message));
  item.querySelector(".content").textContent = text;
  item.querySelector(".note").textContent = note(message);
  item.querySelector(".stop").hidden = !(writing(message) && mayStop);
  if (atEnd) $("scroll").scrollTop = $("scroll").scrollHeight;
}

function note(message) {
  if (message.deleted_at) return "deleted";
  if (message.status === "queued") return "waiting for its turn …";
  return [message.edited_at && "edited", message.run?.detail ?? (message.is_bot && message.status !== "complete" && message.status)]
    .filter(Boolean)
    .join(", ");
}

function newItem(message) {
  const item = $("message").content.firstElementChild.cloneNode(true);
  item.dataset.seq = message.seq;
  item.querySelector(".author").textContent = message.username;
  const time = item.querySelector("time");
  time.dateTime = message.created_at;
  time.textContent = new Date(message.created_at).toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" });
  item.querySelector(".stop").addEventListener("click", () => {
    socket.send("stop", { chat_id: room.id, message_id: message.id });
  });
  // Almost always the last; a page of earlier ones is short.
  let next = null;
  for (let last = $("messages").lastElementChild; last && Number(last.dataset.seq) > message.seq; last = last.previousElementSibling) next = last;
  $("messages").insertBefore(item, next);
  room.items.set(message.id, item);
  return item;
}

// Tells the others how far I have read, once I can be believed to have read it.
function markRead() {
  const chat = chats.find((chat) => chat.id === room?.id);
  if (!chat || document.hidden || room.cursor === null || room.read === room.cursor) return;
  room.read = room.cursor;
  socket.send("read", { chat_id: room.id, last_read_seq: room.cursor });
  if (chat.unread_count) {
    chat.unread_count = 0;
    showChats();
  }
}

document.addEventListener("visibilitychange", markRead);

on("earlier", "click", () => {
  const first = Math.min(...[...room.messages.values()].map((message) => message.seq));
  return loadPage(`&before=${first}`);
});

on("back", "click", () => {
  socket.send("leave", { chat_id: room.id });
  closeRoom();
});

on("invite", "submit", async (form) => {
  await api("POST", `/api/chats/${room.id}/invite`, { username: form.get("username") });
  $("invite").reset();
});

on("composer", "submit", (form) => {
  const content = form.get("content");
  if (!content.trim()) return;
  const clientId = newId();
  outbox.set(clientId, { chat_id: room.id, content });
  $("composer").reset();
  showUnsent();
  post(clientId);
});

function post(clientId) {
  socket.send("message", { ...outbox.get(clientId), client_id: clientId }, clientId);
}

$("composer").content.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});

let typedAt = 0;
$("composer").content.addEventListener("input", () => {
  if (Date.now() - typedAt < 2000) return;
  typedAt = Date.now();
  socket.send("typing", { chat_id: room.id });
});

// crypto.randomUUID is there on HTTPS and localhost only.
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ── Frames ──────────────────────────────────────────────────────────────────────────────────────────

// What each type of frame does. Types that are not here are ignored, so that the server may learn new ones.
const frames = {
  async hello() {
    await loadChats();
    if (room) join();
    for (const clientId of outbox.keys()) post(clientId);
  },

  ack({ ref, duplicate }) {
    // In the open room the message itself, which came or will come, takes the draft's place.
    if (duplicate || outbox.get(ref)?.chat_id !== room?.id) outbox.delete(ref);
    showUnsent();
  },

  error({ ref, detail, code, retry_after }) {
    const draft = outbox.get(ref);
    if (draft && (code === "rate_limited" || code === "unavailable")) {
      setTimeout(() => outbox.has(ref) && post(ref), (retry_after ?? 1) * 1000);
    } else if (draft) {
      outbox.delete(ref);
      if (!$("composer").content.value) $("composer").content.value = draft.content;
      showUnsent();
    }
    report(new Error(detail));
  },

  joined(frame) {
    room.people = frame.participants;
    room.online = new Set(frame.online);
    room.streams = new Map(frame.streams.map((stream) => [stream.message_id, { text: stream.content, next: stream.next_index }]));
    if (frame.reset) {
      room.messages.clear();
      room.items.clear();
      $("messages").replaceChildren();
      loadPage("").catch(report);
    }
    if (room.cursor === null || frame.reset) room.cursor = frame.head_seq;
    for (const id of room.streams.keys()) if (room.messages.has(id)) showMessage(room.messages.get(id));
    showRoom();
    markRead();
  },

  message: apply,
  message_updated: apply,
  message_deleted: apply,

  bot_stream(frame) {
    const message = room.messages.get(frame.message_id);
    if (frame.is_complete) {
      room.streams.delete(frame.message_id);
      if (!message) return;
      const { full_response: content, status, seq: updated_seq, reason, detail, usage } = frame;
      apply({ ...message, content, status, updated_seq, run: { ...message.run, reason, detail, usage } });
      return;
    }
    const stream = room.streams.get(frame.message_id) ?? { text: "", next: 0 };
    // A hole: the snapshot that answers `join` has the text so far.
    if (frame.index > stream.next) return join();
    if (frame.index < stream.next) return;
    room.streams.set(frame.message_id, { text: stream.text + frame.chunk, next: frame.index + 1 });
    if (!message) return;
    message.status = "streaming";
    showMessage(message);
  },

  user_joined: ({ user_id }) => room.online.add(user_id) && showRoom(),
  user_left: ({ user_id }) => room.online.delete(user_id) && showRoom(),

  typing({ username }) {
    clearTimeout(room.typists.get(username));
    const typists = room.typists;
    typists.set(username, setTimeout(() => {
      typists.delete(username);
      if (room) showRoom();
    }, 5000));
    showRoom();
  },

  participant_added: (frame) => participants(frame),
  participant_role: (frame) => participants(frame),
  chat_updated: (frame) => participants(frame),

  participant_removed(frame) {
    if (frame.user.id !== me.id) return participants(frame);
    closeRoom();
    return loadChats();
  },

  chat_deleted() {
    closeRoom();
    return loadChats();
  },

  heads({ chats }) {
    if (room && chats[room.id] > room.cursor) join();
  },

  resync() {
    join();
  },

  chat_created: loadChats,
  chat_invite: loadChats,

  chat_activity({ chat_id, preview }) {
    const chat = chats.find((chat) => chat.id === chat_id);
    if (!chat) return loadChats();
    if (preview) {
      chat.last_message = preview;
      if (preview.kind === "text" && preview.user_id !== me.id) chat.unread_count += 1;
    }
    chats = [chat, ...chats.filter((other) => other !== chat)];
    showChats();
  },

  server_closing({ reconnect_after_ms }) {
    socket.delay = reconnect_after_ms;
  },
};

async function participants(frame) {
  apply(frame.message);
  const opened = room;
  const people = await api("GET", `/api/chats/${opened.id}/participants`);
  opened.people = people;
  await loadChats();
  if (room === opened) showRoom();
}

// The types that concern the person, whatever room is open.
const PERSONAL = new Set(["chat_activity", "chat_created", "chat_invite", "error"]);
const ENDINGS = new Set(["participant_removed", "chat_deleted"]);

async function receive(frame) {
  const isElsewhere = frame.chat_id && frame.chat_id !== room?.id && !PERSONAL.has(frame.type);
  // Removed from, or deleted, a chat that is not open: the list shows it.
  if (isElsewhere) return ENDINGS.has(frame.type) ? loadChats() : undefined;
  const isDurable = frame.seq !== undefined && frame.chat_id && !PERSONAL.has(frame.type);
  if (isDurable && room.cursor !== null) {
    if (frame.seq > room.cursor + 1 && frame.type !== "participant_removed") return join();
    room.cursor = Math.max(room.cursor, frame.seq);
  }
  await frames[frame.type]?.(frame);
  if (isDurable) markRead();
}

// ── The socket ──────────────────────────────────────────────────────────────────────────────────────

const socket = {
  connection: null,
  attempts: 0,
  delay: null,
  timer: null,
  watch: null,
  wanted: false,

  start() {
    this.wanted = true;
    this.attempts = 0;
    this.open();
  },

  stop() {
    this.wanted = false;
    clearTimeout(this.timer);
    clearInterval(this.watch);
    this.connection?.close();
    this.connection = null;
  },

  async open() {
    $("connection").textContent = "connecting …";
    try {
      const { ticket } = await api("POST", "/api/auth/ws-ticket");
      if (!this.wanted) return;
      const address = `${location.origin.replace(/^http/, "ws")}/ws?ticket=${encodeURIComponent(ticket)}`;
      const connection = new WebSocket(address);
      this.connection = connection;
      connection.onmessage = (event) => this.onFrame(JSON.parse(event.data));
      connection.onclose = (event) => this.connection === connection && this.onClose(event.code);
    } catch {
      if (this.wanted) this.retry();
    }
  },

  onFrame(frame) {
    this.heard = true;
    if (frame.type === "hello") {
      this.attempts = 0;
      $("connection").textContent = "";
      this.watch = setInterval(() => this.check(), frame.heartbeat_s * 1000);
    }
    Promise.resolve(receive(frame)).catch(report);
  },

  // A connection that died without a word is noticed by its silence.
  check() {
    if (!this.heard) return this.connection?.close();
    this.heard = false;
    this.send("ping");
  },

  onClose(code) {
    clearInterval(this.watch);
    this.connection = null;
    if (code === 4401) return showWelcome();
    if (code === 4403) return report(new Error("this page's address is not allowed to connect"));
    this.retry();
  },

  // Waits longer each time and never as long as the others, so that a restarted server is not stormed.
  retry() {
    $("connection").textContent = "offline, trying again …";
    const longest = Math.min(30_000, 500 * 2 ** this.attempts);
    this.attempts += 1;
    const delay = this.delay ?? longest * (0.5 + Math.random() / 2);
    this.delay = null;
    this.timer = setTimeout(() => this.open(), delay);
  },

  // Frames that cannot go now are dropped: `hello` joins again and sends what was not acknowledged.
  send(type, fields = {}, ref = undefined) {
    if (this.connection?.readyState === WebSocket.OPEN) this.connection.send(JSON.stringify({ type, ref, ...fields }));
  },
};

// ── The beginning ───────────────────────────────────────────────────────────────────────────────────

if (setupToken) {
  showWelcome();
} else {
  refresh().then(enter).catch((error) => {
    showWelcome();
    if (error.status !== 401) report(error);
  });
}
