import type { Conversation } from '../api/types';
import { byActivity } from './conversations.svelte';

/** A pointer that rests this long (ms) no longer holds the rows where they are. */
const HOLD = 4000;

/**
 * The order in which the rows stand. A row glides to its place, but never under the pointer: while
 * one moves over the list everything keeps its place, and what came on top is only counted.
 */
export class Order {
  /** The ids in the order in which they are held. */
  #held = $state.raw<string[] | null>(null);
  /** The list is scrolled down: its top is out of sight. */
  #scrolled = $state(false);
  /** What stood on top when it was last seen. */
  #mark = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #rows: () => Conversation[];
  readonly #get: (id: string) => Conversation | undefined;

  constructor(rows: () => Conversation[], get: (id: string) => Conversation | undefined) {
    this.#rows = rows;
    this.#get = get;
  }

  readonly rows: Conversation[] = $derived.by(() => {
    const rows = this.#rows();
    if (!this.#held) return rows;
    const held = this.#held.map(this.#get).filter((row) => row !== undefined);
    const known = new Set(this.#held);
    const last = held.at(-1);
    const below = rows.filter(
      (row) => !known.has(row.conversation_id) && last && byActivity(row, last) > 0,
    );
    return [...held, ...below];
  });

  /** How many that wait came on top where nobody could see it. */
  readonly fresh: number = $derived.by(() => {
    if (!this.#held && !this.#scrolled) return 0;
    const rows = this.#rows();
    const seen = this.#standing(rows);
    const came = (row: Conversation) =>
      row.unread_count > 0 && time(row) > this.#mark && !seen.has(row.conversation_id);
    return rows.filter(came).length;
  });

  /** The pointer moved over the list. */
  hold(): void {
    if (!this.#held) {
      this.#held = this.#rows().map((row) => row.conversation_id);
      this.#look();
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.release(), HOLD);
  }

  /** The pointer left, or rests. */
  release(): void {
    clearTimeout(this.#timer);
    this.#held = null;
    if (!this.#scrolled) this.#look();
  }

  /** The list was scrolled. */
  scrolled(away: boolean): void {
    if (away === this.#scrolled) return;
    this.#look();
    this.#scrolled = away;
  }

  /** Those that are held in view no further down than they belong among the others: what came to them is seen. */
  #standing(rows: Conversation[]): Set<string> {
    const held = new Map(this.#scrolled ? [] : this.#held?.map((id, at) => [id, at]));
    const ids = rows.map((row) => row.conversation_id).filter((id) => held.has(id));
    return new Set(ids.filter((id, at) => (held.get(id) ?? 0) <= at));
  }

  #look(): void {
    if (!this.#scrolled) this.#mark = time(this.#rows()[0]);
  }
}

const time = (row: Conversation | undefined) => (row ? Date.parse(row.date_updated) : 0);
