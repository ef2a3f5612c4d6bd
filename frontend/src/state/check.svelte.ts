import type { Client } from '../api/client';
import type { Attached, CheckResult } from '../api/types';

/** So long (ms) after the last key the server is asked. */
const PAUSE = 300;
/** It is never asked sooner (ms) whether the waiting is over: the clocks here and there differ. */
const SOON = 1000;

/** What the page itself says at once; the server's word on it is of what stood in the box before. */
const OWN = ['empty', 'too_long', 'too_many_media', 'media_too_large'];

/** What stands in the way of any text, by the server's word. */
export function inTheWay(check: CheckResult | null): CheckResult['reasons'][number] | undefined {
  return check?.reasons.find(({ code }) => !OWN.includes(code));
}

/** A text and what goes with it. */
type Message = Parameters<Client['checkMessage']>[1];

/** What the server says of the message in the box, while it is written: whether it may go, and what it costs. */
export class Checker {
  /** Of what `body` and `rev` were when it was asked; null while nothing is known. */
  answer = $state.raw<CheckResult | null>(null);

  readonly #client: Pick<Client, 'checkMessage'>;
  #asked = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run: AbortController | null = null;

  constructor(client: Pick<Client, 'checkMessage'>) {
    this.#client = client;
  }

  /** Takes what stands in the box. `rev` is the conversation's: with another one the same text is asked about again. */
  write(id: string, body: string, rev: number, files: Attached[] = []): void {
    const media = files.map(({ content_type, size }) => ({ content_type, size }));
    const asked = JSON.stringify([id, body, rev, media]);
    if (asked === this.#asked) return;
    const other = !this.#asked.startsWith(`["${id}"`);
    this.#asked = asked;
    this.stop();
    if (other) this.answer = null;
    this.#timer = setTimeout(() => void this.#ask(id, { body, media }, asked), other ? 0 : PAUSE);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#run?.abort();
    this.#run = null;
  }

  async #ask(id: string, message: Message, asked: string): Promise<void> {
    const run = (this.#run = new AbortController());
    try {
      const answer = await this.#client.checkMessage(id, message, run.signal);
      if (this.#asked !== asked) return;
      this.answer = answer;
      if (answer.until) this.#askAt(answer.until, () => this.#ask(id, message, asked));
    } catch {
      // The send itself decides: without an answer nothing is said, and nothing is held back.
      if (this.#asked === asked) this.answer = null;
    }
  }
  /** What has to wait is asked about again when it may go. */
  #askAt(until: string, ask: () => Promise<void>): void {
    const wait = Math.max(SOON, Date.parse(until) - Date.now());
    this.#timer = setTimeout(() => void ask(), wait);
  }
}
