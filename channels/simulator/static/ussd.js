// One USSD session, as the network carries it: each hop posts everything typed so far, joined by "*".

const HOP_MILLISECONDS_MAX = 15000;
// What a handset itself says when the network gives it nothing it can show.
const NETWORK_TROUBLE = "Connection problem or invalid MMI code.";
const EXTENSION = new Set("^{}\\[~]|€\f");

// Lesotho's numbering plan: 5… is Vodacom, 6… Econet; 99999 is the provider's sandbox.
const networkOf = (number) => ({ "+2665": "65101", "+2666": "65102" })[number.slice(0, 5)] ?? "99999";

const sessionId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `ATUid_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
};

export const septets = (text) => Array.from(text).reduce((sum, one) => sum + (EXTENSION.has(one) ? 2 : 1), 0);

// "*384*555*1*2#" at service code "*384*555#" is that service with "1*2" typed already; any other code is its own service.
export const dialled = (code, serviceCode) => {
  const stem = serviceCode.replace(/#$/, "");
  if (code.startsWith(`${stem}*`) && code.endsWith("#")) {
    return { service: serviceCode, typed: code.slice(stem.length + 1, -1).split("*") };
  }
  return { service: code, typed: [] };
};

export class Session {
  constructor(url, number, code, serviceCode) {
    const { service, typed } = dialled(code, serviceCode);
    this.url = url;
    this.number = number;
    this.service = service;
    this.typed = typed;
    this.id = sessionId();
    this.hops = 0;
  }

  begin() {
    return this.#hop();
  }

  answer(text) {
    this.typed.push(text);
    return this.#hop();
  }

  // { text, open }; never throws: a phone always shows something.
  async #hop() {
    this.hops += 1;
    const form = new URLSearchParams({
      phoneNumber: this.number,
      serviceCode: this.service,
      text: this.typed.join("*"),
      sessionId: this.id,
      networkCode: networkOf(this.number),
    });
    try {
      const response = await fetch(this.url, {
        method: "POST",
        body: form,
        redirect: "error",
        credentials: "omit",
        signal: AbortSignal.timeout(HOP_MILLISECONDS_MAX),
      });
      const body = await response.text();
      if (response.status === 200 && /^(CON|END) /.test(body)) {
        return { text: body.slice(4), open: body.startsWith("CON ") };
      }
    } catch {
      // A lost line and a slow one look the same on a handset.
    }
    return { text: NETWORK_TROUBLE, open: false };
  }
}
