import type { Message, MessagePage } from '../api/types';

/** Where a page began that was read, and the cursor that reads what stands before it. */
interface Mark {
  first: string;
  before: string;
}

/** The pages of a thread that were read, newest first: between two of them lies no more than one page holds. */
export class Pages {
  #marks: Mark[] = [];
  /** Reads what lies before all of them; null when nothing does, or nothing was read. */
  older = $state<string | null>(null);
  /** The oldest message that was read; what lies before it is not known. */
  #begin = '';

  /** Whether a message lies before what was read. */
  liesBefore(id: string): boolean {
    return this.older !== null && id < this.#begin;
  }

  /** The cursor of the page that holds `id`. */
  holding(id: string): string | null {
    return this.#marks.findLast(({ first }) => first > id)?.before ?? null;
  }

  /** A page was read that lies before all others. */
  reached(page: MessagePage): void {
    this.older = page.older;
    this.#begin = page.messages[0]?.message_id ?? this.#begin;
    const mark = markOf(page);
    if (mark) this.#marks.push(mark);
  }

  /** The newest page is the only one. */
  began(page: MessagePage): void {
    this.#marks = [];
    this.reached(page);
  }

  /** The newest page begins later than it did: what has left it is read by a cursor from now on. */
  movedOn(page: MessagePage, held: readonly Message[]): void {
    const mark = markOf(page);
    const [last, before] = this.#marks;
    if (!mark || (last && mark.first <= last.first)) return;
    const within = ({ message_id: id }: Message) => before && before.first <= id && id < mark.first;
    if (before && held.filter(within).length <= page.messages.length) this.#marks.shift();
    this.#marks.unshift(mark);
  }
}

function markOf({ messages, older }: MessagePage): Mark | null {
  const first = messages[0]?.message_id;
  return first && older ? { first, before: older } : null;
}
