import type { Client } from '../api/client';
import { errorMessage } from '../api/problem';
import type { NumberCheck } from '../api/types';

/** Wait this long (ms) after the last key. */
const DEBOUNCE = 250;

/** Checks a phone number on the server while it is typed. */
export class NumberChecker {
  text = $state('');
  /** The chosen sender; null leaves the choice to the server. */
  from = $state<string | null>(null);
  checking = $state(false);
  /** The result for `text`; null while unknown. */
  result = $state.raw<NumberCheck | null>(null);
  problem = $state<string | null>(null);

  readonly #client: Client;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run: AbortController | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Sets the number and schedules a check. */
  setText(text: string): void {
    this.text = text;
    this.result = this.problem = null;
    this.stop();
    if (this.#hasEnoughDigits) this.#timer = setTimeout(() => void this.checkNow(), DEBOUNCE);
  }

  /** Sets the sender. On another channel the same number is another address. */
  setSender(from: string): void {
    this.from = from;
    this.result = this.problem = null;
    this.stop();
    if (this.#hasEnoughDigits) void this.checkNow();
  }

  /** Checks immediately, for example on submit. */
  async checkNow(): Promise<NumberCheck | null> {
    this.stop();
    const run = (this.#run = new AbortController());
    this.checking = true;
    try {
      const result = await this.#client.checkNumber(this.text, this.from, run.signal);
      if (this.#run === run) this.result = result;
    } catch (thrown) {
      if (this.#run === run) this.problem = errorMessage(thrown);
    } finally {
      if (this.#run === run) this.checking = false;
    }
    return this.result;
  }

  get #hasEnoughDigits(): boolean {
    return this.text.replace(/\D/g, '').length >= 2;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#run?.abort();
    this.#run = null;
    this.checking = false;
  }
}
