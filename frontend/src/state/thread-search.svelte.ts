import { errorMessage } from '../api/problem';
import type { Message, MessagePage } from '../api/types';

/** What a search needs of a thread. */
interface SearchableThread {
  search(words: string, before: string | null): Promise<MessagePage>;
  seek(id: string): Promise<boolean>;
  endSeek(): void;
}

/** At most this many pages are read for one search by itself; the step further reads on. */
const MAX_PAGES = 5;

/** Words in one thread: the hits, newest first, and the one that is shown. */
export class ThreadSearch {
  hits = $state.raw<Message[]>([]);
  /** Which hit is shown; -1 before the first. */
  index = $state(-1);
  busy = $state(false);
  error = $state<string | null>(null);
  /** Where older ones may be; null when all was read. */
  olderCursor = $state<string | null>(null);
  /** What was looked for. */
  words = $state('');
  readonly #thread: SearchableThread;
  #run = 0;

  constructor(thread: SearchableThread) {
    this.#thread = thread;
  }

  /** Looks for words; fewer than two characters are none. */
  async search(words: string): Promise<void> {
    this.stop();
    const run = this.#run;
    this.words = words.trim();
    this.hits = [];
    this.index = -1;
    this.olderCursor = this.error = null;
    if (this.words.length < 2) return;
    await this.#loadHits(run, null);
    if (run === this.#run && this.hits.length) await this.#showHit(0);
  }

  /** Looks no further, and goes nowhere. */
  stop(): void {
    this.#run += 1;
    this.busy = false;
    this.#thread.endSeek();
  }

  /** Shows the next hit further up (1) or down (-1), and reads on where there are more. */
  async step(by: 1 | -1): Promise<void> {
    if (this.busy) return;
    if (by === 1 && this.index >= this.hits.length - 1 && this.olderCursor) {
      await this.#loadHits(this.#run, this.olderCursor);
    }
    if (this.hits[this.index + by]) await this.#showHit(this.index + by);
  }

  async #showHit(at: number): Promise<void> {
    this.index = at;
    const hit = this.hits[at];
    if (hit) await this.#thread.seek(hit.message_id);
  }

  async #loadHits(run: number, from: string | null): Promise<void> {
    this.busy = true;
    const before = this.hits.length;
    let cursor = from;
    try {
      for (let pages = 0; pages < MAX_PAGES; pages += 1) {
        const page = await this.#thread.search(this.words, cursor);
        if (run !== this.#run) return;
        this.hits = [...this.hits, ...page.messages.toReversed()];
        this.olderCursor = cursor = page.older;
        if (!cursor || this.hits.length > before) break;
      }
    } catch (thrown) {
      if (run === this.#run) this.error = errorMessage(thrown);
    } finally {
      if (run === this.#run) this.busy = false;
    }
  }
}
