import { sentenceOf } from '../api/problem';
import type { Message, MessagePage } from '../api/types';

/** What a search needs of a thread. */
interface Searched {
  search(words: string, before: string | null): Promise<MessagePage>;
  seek(id: string): Promise<boolean>;
  endSeek(): void;
}

/** At most this many pages are read for one search by itself; the step further reads on. */
const PAGES = 5;

/** Words in one thread: the hits, newest first, and the one that is shown. */
export class Find {
  hits = $state.raw<Message[]>([]);
  /** Which hit is shown; -1 before the first. */
  at = $state(-1);
  busy = $state(false);
  error = $state<string | null>(null);
  /** Where older ones may be; null when all was read. */
  more = $state<string | null>(null);
  /** What was looked for. */
  words = $state('');
  readonly #thread: Searched;
  #run = 0;

  constructor(thread: Searched) {
    this.#thread = thread;
  }

  /** Looks for words; fewer than two characters are none. */
  async look(words: string): Promise<void> {
    this.end();
    const run = this.#run;
    this.words = words.trim();
    this.hits = [];
    this.at = -1;
    this.more = this.error = null;
    if (this.words.length < 2) return;
    await this.#read(run, null);
    if (run === this.#run && this.hits.length) await this.#show(0);
  }

  /** Looks no further, and goes nowhere. */
  end(): void {
    this.#run += 1;
    this.busy = false;
    this.#thread.endSeek();
  }

  /** Shows the next hit further up (1) or down (-1), and reads on where there are more. */
  async step(by: 1 | -1): Promise<void> {
    if (this.busy) return;
    if (by === 1 && this.at >= this.hits.length - 1 && this.more) {
      await this.#read(this.#run, this.more);
    }
    if (this.hits[this.at + by]) await this.#show(this.at + by);
  }

  async #show(at: number): Promise<void> {
    this.at = at;
    const hit = this.hits[at];
    if (hit) await this.#thread.seek(hit.message_id);
  }

  async #read(run: number, from: string | null): Promise<void> {
    this.busy = true;
    const before = this.hits.length;
    let cursor = from;
    try {
      for (let pages = 0; pages < PAGES; pages += 1) {
        const page = await this.#thread.search(this.words, cursor);
        if (run !== this.#run) return;
        this.hits = [...this.hits, ...page.messages.toReversed()];
        this.more = cursor = page.older;
        if (!cursor || this.hits.length > before) break;
      }
    } catch (thrown) {
      if (run === this.#run) this.error = sentenceOf(thrown);
    } finally {
      if (run === this.#run) this.busy = false;
    }
  }
}
