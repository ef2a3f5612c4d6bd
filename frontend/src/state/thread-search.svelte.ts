import { MIN_SEARCH_CHARACTERS } from '../api/rules';
import { errorMessage } from '../api/problem';
import type { Message, MessagePage } from '../api/types';

/** The part of a thread that a search needs. */
interface SearchableThread {
  search(words: string, before: string | null): Promise<MessagePage>;
  seek(id: string): Promise<boolean>;
  endSeek(): void;
}

/** The maximum number of pages that one search loads by itself. The next step loads more. */
const MAX_PAGES = 5;

/** A search in one thread: its hits, newest first, and the current hit. */
export class ThreadSearch {
  hits = $state.raw<Message[]>([]);
  /** The index of the current hit; -1 before the first. */
  index = $state(-1);
  busy = $state(false);
  error = $state<string | null>(null);
  /** Loads older hits; null if all were loaded. */
  olderCursor = $state<string | null>(null);
  /** The searched words. */
  words = $state('');
  readonly #thread: SearchableThread;
  #run = 0;

  constructor(thread: SearchableThread) {
    this.#thread = thread;
  }

  /** Searches for words of at least two characters. */
  async search(words: string): Promise<void> {
    this.stop();
    const run = this.#run;
    this.words = words.trim();
    this.hits = [];
    this.index = -1;
    this.olderCursor = this.error = null;
    if (this.words.length < MIN_SEARCH_CHARACTERS) return;
    await this.#loadHits(run, null);
    if (run === this.#run && this.hits.length) await this.#showHit(0);
  }

  /** Stops the search and leaves the view where it is. */
  stop(): void {
    this.#run += 1;
    this.busy = false;
    this.#thread.endSeek();
  }

  /** Goes to the next older (1) or newer (-1) hit and loads more if needed. */
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
        this.olderCursor = cursor = page.older_cursor;
        if (!cursor || this.hits.length > before) break;
      }
    } catch (thrown) {
      if (run === this.#run) this.error = errorMessage(thrown);
    } finally {
      if (run === this.#run) this.busy = false;
    }
  }
}
