// Keys to characters: plain digits, or several taps for a letter, as on any phone with twelve keys.

const TAP_MILLISECONDS = 900;

export class Keypad {
  #last = { key: null, at: 0, turn: 0 };

  constructor(input) {
    this.input = input;
    this.letters = false;
  }

  tap(digit, letters, now) {
    if (!this.letters || !letters) {
      this.#last = { key: null, at: 0, turn: 0 };
      this.#insert(digit, 0);
      return;
    }
    const cycle = [...letters, digit];
    const again = this.#last.key === digit && now - this.#last.at < TAP_MILLISECONDS;
    const turn = again ? (this.#last.turn + 1) % cycle.length : 0;
    this.#insert(this.#inCase(cycle[turn], again ? 1 : 0), again ? 1 : 0);
    this.#last = { key: digit, at: now, turn };
  }

  clear() {
    this.#last = { key: null, at: 0, turn: 0 };
    const { selectionStart: start, selectionEnd: end } = this.input;
    if (start === end && start > 0) {
      this.input.setRangeText("", start - 1, start, "end");
    } else {
      this.input.setRangeText("", start, end, "end");
    }
  }

  #insert(character, replaced) {
    const { selectionStart: start, selectionEnd: end } = this.input;
    if (this.input.value.length - (end - start) - replaced + character.length > this.input.maxLength) return;
    this.input.setRangeText(character, start - replaced, end, "end");
  }

  // A name begins with a capital: the first letter, and the one after a space.
  #inCase(character, replaced) {
    const before = this.input.value.slice(0, this.input.selectionStart - replaced);
    return before === "" || before.endsWith(" ") ? character.toUpperCase() : character;
  }
}
