// The phone: a screen, a keypad, and whoever's number is chosen. The screen's text is always plain text.

import { Keypad } from "./keypad.js";
import { Side } from "./side.js";
import { Session, septets } from "./ussd.js";

const KEPT_NUMBERS = "letsema-simulator-numbers";
const KEPT_NUMBERS_MAX = 6;
const PAGE_SEPTETS = 160;

const { serviceCode, ussdUrl, activityUrl, payUrl } = document.body.dataset;
const at = (id) => document.getElementById(id);
const page = at("page");
const typed = at("typed");
const keypad = new Keypad(typed);

let session = null;
let state = "idle"; // idle, waiting, open, ended
let number = null;

const side = new Side(document, {
  activityUrl,
  payUrl,
  onUnread: (count) => {
    at("unread").hidden = count === 0;
    at("unread-count").textContent = count === 0 ? "" : String(count);
  },
});

// --- the screen

const enter = (next, text) => {
  state = next;
  at("screen").dataset.state = next;
  page.textContent = text;
  page.scrollTop = 0;
  typed.value = "";
  typed.readOnly = next === "waiting" || next === "ended";
  typed.placeholder = next === "idle" ? serviceCode : "";
  setLetters(false);
};

const idle = () => {
  session = null;
  enter("idle", "");
  at("meter").textContent = "";
  focusTyped();
};

const showReply = (asked, { text, open }) => {
  if (asked !== session) return; // Hung up, or another number, while the answer was on its way.
  enter(open ? "open" : "ended", text);
  at("meter").textContent = `hop ${session.hops} · ${septets(text)} of ${PAGE_SEPTETS} characters`;
  if (open) focusTyped();
};

const focusTyped = () => {
  // Not on a touch screen: its own keyboard would cover ours.
  if (matchMedia("(pointer: fine)").matches) typed.focus({ preventScroll: true });
};

const call = async () => {
  if (state === "waiting" || number === null) return;
  if (state === "open") {
    const text = typed.value;
    const asked = session;
    enter("waiting", "");
    showReply(asked, await asked.answer(text));
    return;
  }
  const code = state === "idle" && typed.value.trim() !== "" ? typed.value.trim() : serviceCode;
  session = new Session(ussdUrl, number, code, serviceCode);
  const asked = session;
  enter("waiting", "");
  showReply(asked, await asked.begin());
};

// --- the keys

const setLetters = (letters) => {
  keypad.letters = letters;
  at("mode").textContent = letters ? "Abc" : "123";
  at("mode-key").textContent = letters ? "123" : "abc";
  at("mode-key").setAttribute("aria-pressed", String(letters));
};

at("digits").addEventListener("click", (event) => {
  const key = event.target.closest("[data-digit]");
  if (!key) return;
  if (state === "ended") idle();
  if (state !== "waiting") keypad.tap(key.dataset.digit, key.dataset.letters, event.timeStamp);
});
at("mode-key").addEventListener("click", () => setLetters(!keypad.letters));
at("clear-key").addEventListener("click", () => (state === "ended" ? idle() : keypad.clear()));
at("end-key").addEventListener("click", idle);
at("scroll-up").addEventListener("click", () => page.scrollBy({ top: -60 }));
at("scroll-down").addEventListener("click", () => page.scrollBy({ top: 60 }));
at("screen").addEventListener("submit", (event) => {
  event.preventDefault();
  call();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") idle();
  if (event.key === "Enter" && event.target === document.body) call();
  const elsewhere = event.target.closest("input, select, a, .side");
  if (elsewhere && elsewhere !== typed && elsewhere.type !== "radio") return;
  if (event.key.length !== 1 || event.key === " " || event.target === typed) return;
  if (state === "ended") idle();
  typed.focus({ preventScroll: true }); // The character itself then goes where the focus is.
});

// --- whose phone

const local = (e164) => `${e164.slice(4, 8)} ${e164.slice(8)}`;

const choose = (radio) => {
  radio.checked = true;
  number = radio.value;
  at("own-number").textContent = local(number);
  side.show(number, (radio.dataset.loans ?? "").split(" ").filter(Boolean));
  idle();
};

const keptNumbers = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT_NUMBERS) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => /^\+266[56]\d{7}$/.test(one)).slice(-KEPT_NUMBERS_MAX) : [];
  } catch {
    return [];
  }
};

const addNumber = (e164) => {
  const item = at("number-template").content.cloneNode(true).firstElementChild;
  const radio = item.querySelector("input");
  radio.value = e164;
  item.querySelector(".number-digits").textContent = local(e164);
  at("numbers").append(item);
  return radio;
};

at("new-number").addEventListener("click", () => {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  const e164 = `+2665${String(random % 10_000_000).padStart(7, "0")}`;
  try {
    localStorage.setItem(KEPT_NUMBERS, JSON.stringify([...keptNumbers(), e164].slice(-KEPT_NUMBERS_MAX)));
  } catch {
    // Without storage the number lasts as long as the page.
  }
  const radio = addNumber(e164);
  choose(radio);
  radio.closest("label").scrollIntoView({ block: "nearest" });
});
at("numbers").addEventListener("change", (event) => choose(event.target));
at("messages").addEventListener("pointerenter", () => side.read());
at("messages").addEventListener("focusin", () => side.read());

const tellTime = () => {
  at("clock").textContent = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Africa/Maseru",
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date());
};

keptNumbers().forEach(addNumber);
tellTime();
setInterval(tellTime, 10_000);
const first = document.querySelector("#numbers input");
if (first) choose(first);
else at("new-number").click();
