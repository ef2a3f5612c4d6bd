import type { Conversation } from '../api/types';

/** How long (ms) the order is kept after the last movement of the pointer, and after the last key. */
const HOLD_DURATIONS = { pointer: 4000, keys: 30_000 };

/** Why the order of the rows is kept: the pointer moves over them, or the keyboard walks them. */
export type Hold = keyof typeof HOLD_DURATIONS;

/**
 * The order of the visible rows.
 *
 * Rows move to their new position by themselves, except while the order is held. Rows that belong
 * further up are then only counted.
 */
export class RowOrder {
  /** The ids in the order that is kept; null while rows move freely. */
  #heldIds = $state.raw<string[] | null>(null);
  /** Whether the top of the list is out of view. */
  #scrolled = $state(false);
  /** The time of the top row when it was last in view (ms). */
  #seenUpTo = $state(0);
  /** The running holds. A row that leaves the list stays in view only under the pointer. */
  #holds = $state.raw<Partial<Record<Hold, ReturnType<typeof setTimeout>>>>({});
  readonly #rows: () => Conversation[];
  readonly #isLatestLast: () => boolean;
  readonly #get: (id: string) => Conversation | undefined;

  /** `isLatestLast`: new rows come below the others. */
  constructor(
    rows: () => Conversation[],
    get: (id: string) => Conversation | undefined,
    isLatestLast: () => boolean = () => false,
  ) {
    this.#rows = rows;
    this.#get = get;
    this.#isLatestLast = isLatestLast;
  }

  readonly rows: Conversation[] = $derived.by(() => {
    const rows = this.#rows();
    if (!this.#heldIds) return rows;
    const listed = new Set(rows.map((row) => row.conversation_id));
    const keeps = (row: Conversation | undefined) =>
      row !== undefined && (this.#holds.pointer !== undefined || listed.has(row.conversation_id));
    const held = this.#heldIds.map(this.#get).filter(keeps) as Conversation[];
    const known = new Set(this.#heldIds);
    const end = this.#isLatestLast() ? -1 : rows.findLastIndex((row) => row === held.at(-1));
    const below = rows.slice(end + 1).filter((row) => !known.has(row.conversation_id));
    return [...held, ...below];
  });

  /** Number of unread conversations that moved above the visible rows. */
  readonly newAbove: number = $derived.by(() => {
    if ((!this.#heldIds && !this.#scrolled) || this.#isLatestLast()) return 0;
    const rows = this.#rows();
    const visible = this.#visibleRows(rows);
    const isNew = (row: Conversation) =>
      row.unread_count > 0 && updatedAt(row) > this.#seenUpTo && !visible.has(row.conversation_id);
    return rows.filter(isNew).length;
  });

  /** Keeps the order while the pointer or the keyboard is in use, and for some time after that. */
  hold(reason: Hold): void {
    if (!this.#heldIds) {
      this.#heldIds = this.#rows().map((row) => row.conversation_id);
      this.#markSeen();
    }
    clearTimeout(this.#holds[reason]);
    const timer = setTimeout(() => this.letGo(reason), HOLD_DURATIONS[reason]);
    this.#holds = { ...this.#holds, [reason]: timer };
  }

  /** Keeps the order for longer if the keyboard already holds it. */
  extend(): void {
    if (this.#holds.keys !== undefined) this.hold('keys');
  }

  /** Ends one hold; rows move again after the last one. */
  letGo(reason: Hold): void {
    clearTimeout(this.#holds[reason]);
    const others = { ...this.#holds };
    delete others[reason];
    this.#holds = others;
    if (Object.keys(others).length === 0) this.release();
  }

  /** Ends all holds; called when the user leaves the rows or asks for the new ones. */
  release(): void {
    for (const timer of Object.values(this.#holds)) clearTimeout(timer);
    this.#holds = {};
    this.#heldIds = null;
    if (!this.#scrolled) this.#markSeen();
  }

  /** Ends all holds if a conversation was opened that is not among the rows. */
  admit(id: string | null): void {
    const isHeld = id !== null && this.#heldIds?.includes(id);
    if (!isHeld) this.release();
  }

  /** Records whether the list is scrolled away from its top. */
  setScrolled(scrolled: boolean): void {
    if (scrolled === this.#scrolled) return;
    this.#markSeen();
    this.#scrolled = scrolled;
  }

  /** Returns the ids of held rows that are in view at or above their new position. */
  #visibleRows(rows: Conversation[]): Set<string> {
    const positions = new Map(this.#scrolled ? [] : this.#heldIds?.map((id, at) => [id, at]));
    const ids = rows.map((row) => row.conversation_id).filter((id) => positions.has(id));
    return new Set(ids.filter((id, at) => (positions.get(id) ?? 0) <= at));
  }

  #markSeen(): void {
    if (!this.#scrolled) this.#seenUpTo = updatedAt(this.#rows()[0]);
  }
}

const updatedAt = (row: Conversation | undefined) => (row ? Date.parse(row.date_updated) : 0);
