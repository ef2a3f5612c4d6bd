import type { Conversation } from '../api/types';
import { byActivity } from './conversations.svelte';

/** A pointer that rests this long (ms) no longer holds the rows where they are. */
const FREEZE_DURATION = 4000;

/**
 * The order in which the rows stand. A row glides to its place, but never under the pointer: while
 * one moves over the list everything keeps its place, and what came on top is only counted.
 */
export class RowOrder {
  /** The ids in the order in which they are held. */
  #frozenIds = $state.raw<string[] | null>(null);
  /** The list is scrolled down: its top is out of sight. */
  #scrolled = $state(false);
  /** What stood on top when it was last seen. */
  #seenUpTo = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #rows: () => Conversation[];
  readonly #get: (id: string) => Conversation | undefined;

  constructor(rows: () => Conversation[], get: (id: string) => Conversation | undefined) {
    this.#rows = rows;
    this.#get = get;
  }

  readonly rows: Conversation[] = $derived.by(() => {
    const rows = this.#rows();
    if (!this.#frozenIds) return rows;
    const frozen = this.#frozenIds.map(this.#get).filter((row) => row !== undefined);
    const known = new Set(this.#frozenIds);
    const last = frozen.at(-1);
    const below = rows.filter(
      (row) => !known.has(row.conversation_id) && last && byActivity(row, last) > 0,
    );
    return [...frozen, ...below];
  });

  /** How many that wait came on top where nobody could see it. */
  readonly newAbove: number = $derived.by(() => {
    if (!this.#frozenIds && !this.#scrolled) return 0;
    const rows = this.#rows();
    const visible = this.#visibleRows(rows);
    const isNew = (row: Conversation) =>
      row.unread_count > 0 && updatedAt(row) > this.#seenUpTo && !visible.has(row.conversation_id);
    return rows.filter(isNew).length;
  });

  /** The pointer moved over the list. */
  freeze(): void {
    if (!this.#frozenIds) {
      this.#frozenIds = this.#rows().map((row) => row.conversation_id);
      this.#markSeen();
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.release(), FREEZE_DURATION);
  }

  /** The pointer left, or rests. */
  release(): void {
    clearTimeout(this.#timer);
    this.#frozenIds = null;
    if (!this.#scrolled) this.#markSeen();
  }

  /** The list was scrolled. */
  setScrolled(away: boolean): void {
    if (away === this.#scrolled) return;
    this.#markSeen();
    this.#scrolled = away;
  }

  /** Those that are held in view no further down than they belong among the others: what came to them is seen. */
  #visibleRows(rows: Conversation[]): Set<string> {
    const positions = new Map(this.#scrolled ? [] : this.#frozenIds?.map((id, at) => [id, at]));
    const ids = rows.map((row) => row.conversation_id).filter((id) => positions.has(id));
    return new Set(ids.filter((id, at) => (positions.get(id) ?? 0) <= at));
  }

  #markSeen(): void {
    if (!this.#scrolled) this.#seenUpTo = updatedAt(this.#rows()[0]);
  }
}

const updatedAt = (row: Conversation | undefined) => (row ? Date.parse(row.date_updated) : 0);
