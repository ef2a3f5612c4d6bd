import type { Client } from '../api/client';
import { sentenceOf } from '../api/problem';
import type { NumberCheck } from '../api/types';

/** So long (ms) after the last key the number is checked. */
const PAUSE = 250;

/** A number, checked by the server while it is typed. */
export class NumberChecker {
  text = $state('');
  /** The sender of ours that somebody chose; the server chooses where it is null. */
  from = $state<string | null>(null);
  checking = $state(false);
  /** What the server says of `text`; null while it is not known. */
  answer = $state.raw<NumberCheck | null>(null);
  problem = $state<string | null>(null);

  readonly #client: Client;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run: AbortController | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Takes what stands in the field, and asks about it in a moment. */
  write(text: string): void {
    this.text = text;
    this.answer = this.problem = null;
    this.stop();
    if (this.#long) this.#timer = setTimeout(() => void this.now(), PAUSE);
  }

  /** Takes the sender to write from: on another channel the same number is another address. */
  choose(from: string): void {
    this.from = from;
    this.answer = this.problem = null;
    this.stop();
    if (this.#long) void this.now();
  }

  /** Asks at once: somebody pressed Start. */
  async now(): Promise<NumberCheck | null> {
    this.stop();
    const run = (this.#run = new AbortController());
    this.checking = true;
    try {
      const answer = await this.#client.checkNumber(this.text, this.from, run.signal);
      if (this.#run === run) this.answer = answer;
    } catch (thrown) {
      if (this.#run === run) this.problem = sentenceOf(thrown);
    } finally {
      if (this.#run === run) this.checking = false;
    }
    return this.answer;
  }

  get #long(): boolean {
    return this.text.replace(/\D/g, '').length >= 2;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#run?.abort();
    this.#run = null;
    this.checking = false;
  }
}
