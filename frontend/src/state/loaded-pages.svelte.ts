import type { Message, MessagePage } from '../api/types';

/** The first message of a loaded page, and the cursor that loads the page before it. */
interface PageStart {
  first: string;
  before: string;
}

/** The loaded pages of a thread, newest first. Two neighbors are less than one page apart. */
export class LoadedPages {
  #pageStarts: PageStart[] = [];
  /** Loads the page before all others; null without one. */
  olderCursor = $state<string | null>(null);
  /** The oldest loaded message. Nothing is known about earlier ones. */
  #oldestLoaded = '';

  /** Returns whether a message is older than the loaded pages. */
  isBefore(id: string): boolean {
    return this.olderCursor !== null && id < this.#oldestLoaded;
  }

  /** Returns the cursor of the page that contains `id`; null for the newest page. */
  pageOf(id: string): string | null {
    return this.#pageStarts.findLast(({ first }) => first > id)?.before ?? null;
  }

  /** Adds a page before all others. */
  addOlder(page: MessagePage): void {
    this.olderCursor = page.older_cursor;
    this.#oldestLoaded = page.messages[0]?.message_id ?? this.#oldestLoaded;
    const start = pageStart(page);
    if (start) this.#pageStarts.push(start);
  }

  /** Starts again with the newest page only. */
  reset(page: MessagePage): void {
    this.#pageStarts = [];
    this.addOlder(page);
  }

  /** Adds the newest page when it starts later than before, and merges pages that became small. */
  prune(page: MessagePage, messages: readonly Message[]): void {
    const start = pageStart(page);
    const [last, before] = this.#pageStarts;
    if (!start || (last && start.first <= last.first)) return;
    const isBetween = ({ message_id: id }: Message) =>
      before && before.first <= id && id < start.first;
    if (before && messages.filter(isBetween).length <= page.messages.length)
      this.#pageStarts.shift();
    this.#pageStarts.unshift(start);
  }
}

function pageStart({ messages, older_cursor: older }: MessagePage): PageStart | null {
  const first = messages[0]?.message_id;
  return first && older ? { first, before: older } : null;
}
