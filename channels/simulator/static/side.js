// What is beside the phone: its messages, and its mobile money.

const POLL_MILLISECONDS = 2000;
const REFERENCE = /\b\d{4} ?\d{3} ?\d{3}\b/g;
const TIME = new Intl.DateTimeFormat("en-GB", { timeZone: "Africa/Maseru", hour: "2-digit", minute: "2-digit" });

// Money stays digits: BigInt only groups them.
const money = (plain) => `M${BigInt(plain.split(".")[0]).toLocaleString("en-GB")}.${plain.split(".")[1] ?? "00"}`;

export class Side {
  #shown = "";
  #seen = new Map();
  #timer = null;

  constructor(page, { activityUrl, payUrl, onUnread }) {
    this.page = page;
    this.activityUrl = activityUrl;
    this.payUrl = payUrl;
    this.onUnread = onUnread;
    this.number = null;
    this.form = page.getElementById("pay");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#pay();
    });
    page.addEventListener("visibilitychange", () => this.#poll());
  }

  show(number, loans) {
    this.number = number;
    this.#shown = "";
    this.page.getElementById("pay-result").textContent = "";
    this.form.elements.account.value = "";
    this.page.getElementById("loans").replaceChildren(...loans.map((loan) => new Option(loan, loan)));
    this.#draw({ messages: [], payouts: [], payments: [] });
    this.#poll();
  }

  read() {
    this.#seen.set(this.number, this.page.querySelectorAll(".message").length);
    this.onUnread(0);
  }

  async #poll() {
    clearTimeout(this.#timer);
    if (this.page.hidden || this.number === null) return;
    const number = this.number;
    try {
      const response = await fetch(`${this.activityUrl}?of=${encodeURIComponent(number)}`);
      const text = response.ok ? await response.text() : "";
      if (text && number === this.number && text !== this.#shown) {
        this.#shown = text;
        this.#draw(JSON.parse(text));
      }
    } catch {
      // The stand-in is starting or gone; the next poll tells.
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#poll(), POLL_MILLISECONDS);
  }

  #draw({ messages, payouts, payments }) {
    const unread = messages.length - (this.#seen.get(this.number) ?? 0);
    const items = messages.map((one, index) => this.#message(one, messages.length - index <= unread)).reverse();
    this.page.getElementById("messages").replaceChildren(...items);
    this.page.getElementById("no-messages").hidden = messages.length > 0;
    this.#drawMovements(payouts, payments);
    this.onUnread(Math.max(0, unread));
  }

  #message(sms, isNew) {
    const item = this.page.getElementById("message-template").content.cloneNode(true).firstElementChild;
    item.classList.toggle("message-new", isNew);
    item.querySelector(".message-from").textContent = sms.from;
    const time = item.querySelector("time");
    time.dateTime = sms.at;
    time.textContent = TIME.format(new Date(sms.at)) + (sms.parts > 1 ? ` · ${sms.parts} parts` : "");
    item.querySelector(".message-text").append(...this.#withReferences(sms.text));
    return item;
  }

  // A reference in a message is a button that carries it to the payment form.
  #withReferences(text) {
    const parts = [];
    let from = 0;
    for (const match of text.matchAll(REFERENCE)) {
      const button = this.page.createElement("button");
      button.type = "button";
      button.className = "reference";
      button.textContent = match[0];
      button.title = "Use in payment";
      button.addEventListener("click", () => {
        this.form.elements.account.value = match[0].replaceAll(" ", "");
        this.form.elements.amount.focus();
      });
      parts.push(text.slice(from, match.index), button);
      from = match.index + match[0].length;
    }
    return [...parts, text.slice(from)];
  }

  #drawMovements(payouts, payments) {
    const received = payouts.map((one) => ({ at: one.at, what: `Received · ${one.status}`, sign: "+", amount: one.amount }));
    const paid = payments.map((one) => ({ at: one.paid_at, what: `Paid ${one.account}`, sign: "−", amount: one.amount }));
    const rows = [...received, ...paid].sort((a, b) => b.at.localeCompare(a.at)).map((row) => {
      const item = this.page.getElementById("movement-template").content.cloneNode(true).firstElementChild;
      item.querySelector(".movement-what").textContent = row.what;
      item.querySelector("time").textContent = TIME.format(new Date(row.at));
      item.querySelector(".movement-amount").textContent = `${row.sign} ${money(row.amount)}`;
      return item;
    });
    this.page.getElementById("movements").replaceChildren(...rows);
  }

  async #pay() {
    const { to, account, amount } = this.form.elements;
    const result = this.page.getElementById("pay-result");
    const order = { from: this.number, to: to.value, amount: amount.value.trim(), account: account.value.replaceAll(" ", "") };
    this.form.inert = true;
    try {
      const response = await fetch(this.payUrl, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(order),
      });
      const answer = await response.json();
      result.classList.toggle("pay-bad", !response.ok);
      result.textContent = response.ok ? `${money(answer.amount)} paid. ${answer.reference}` : answer.message;
      if (response.ok) amount.value = "";
    } catch {
      result.classList.add("pay-bad");
      result.textContent = "The wallet does not answer.";
    } finally {
      this.form.inert = false;
    }
    this.#poll();
  }
}
