import type { Conversation } from '../api/types';
import { byActivity } from './conversations.svelte';

/** The rows are released when the pointer has not moved for this time (ms). */
const FREEZE_DURATION = 4000;

/**
 * The order of the visible rows.
 *
 * Rows move to their new position by themselves, except while the pointer moves over the list. Rows
 * that belong further up are then only counted.
 */
export class RowOrder {
  /** The frozen order of ids; null while rows move freely. */
  #frozenIds = $state.raw<string[] | null>(null);
  /** Whether the top of the list is out of view. */
  #scrolled = $state(false);
  /** The time of the top row when it was last in view (ms). */
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

  /** Number of unread conversations that moved above the visible rows. */
  readonly newAbove: number = $derived.by(() => {
    if (!this.#frozenIds && !this.#scrolled) return 0;
    const rows = this.#rows();
    const visible = this.#visibleRows(rows);
    const isNew = (row: Conversation) =>
      row.unread_count > 0 && updatedAt(row) > this.#seenUpTo && !visible.has(row.conversation_id);
    return rows.filter(isNew).length;
  });

  /** Freezes the rows; called when the pointer moves over the list. */
  freeze(): void {
    if (!this.#frozenIds) {
      this.#frozenIds = this.#rows().map((row) => row.conversation_id);
      this.#markSeen();
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.release(), FREEZE_DURATION);
  }

  /** Releases the rows; called when the pointer leaves or stops moving. */
  release(): void {
    clearTimeout(this.#timer);
    this.#frozenIds = null;
    if (!this.#scrolled) this.#markSeen();
  }

  /** Records whether the list is scrolled scrolled from its top. */
  setScrolled(scrolled: boolean): void {
    if (scrolled === this.#scrolled) return;
    this.#markSeen();
    this.#scrolled = scrolled;
  }

  /** Returns the ids of frozen rows that are in view at or above their new position. */
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
