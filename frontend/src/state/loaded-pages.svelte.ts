import type { Message, MessagePage } from '../api/types';

/** Where a page began that was read, and the cursor that reads what stands before it. */
interface PageStart {
  first: string;
  before: string;
}

/** The pages of a thread that were read, newest first: between two of them lies no more than one page holds. */
export class LoadedPages {
  #pageStarts: PageStart[] = [];
  /** Reads what lies before all of them; null when nothing does, or nothing was read. */
  olderCursor = $state<string | null>(null);
  /** The oldest message that was read; what lies before it is not known. */
  #oldestLoaded = '';

  /** Whether a message lies before what was read. */
  isBefore(id: string): boolean {
    return this.olderCursor !== null && id < this.#oldestLoaded;
  }

  /** The cursor of the page that holds `id`. */
  pageOf(id: string): string | null {
    return this.#pageStarts.findLast(({ first }) => first > id)?.before ?? null;
  }

  /** A page was read that lies before all others. */
  addOlder(page: MessagePage): void {
    this.olderCursor = page.older;
    this.#oldestLoaded = page.messages[0]?.message_id ?? this.#oldestLoaded;
    const start = pageStart(page);
    if (start) this.#pageStarts.push(start);
  }

  /** The newest page is the only one. */
  reset(page: MessagePage): void {
    this.#pageStarts = [];
    this.addOlder(page);
  }

  /** The newest page begins later than it did: what has left it is read by a cursor from now on. */
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

function pageStart({ messages, older }: MessagePage): PageStart | null {
  const first = messages[0]?.message_id;
  return first && older ? { first, before: older } : null;
}
