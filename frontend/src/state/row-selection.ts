import type { Desk } from './desk.svelte';
import { byWaiting, isWaiting } from './waiting';

/** Moves the selection through the rows of the list. */
export class RowSelection {
  readonly #desk: Desk;
  readonly #reveal: (id: string) => void;
  /** The position of the open conversation, kept after it has left the list. */
  #position = 0;

  /** `reveal` scrolls to a row. */
  constructor(desk: Desk, reveal: (id: string) => void) {
    this.#desk = desk;
    this.#reveal = reveal;
  }

  /** Remembers where the open conversation is, unless it has left the list. */
  rememberPosition(): void {
    const at = this.#indexOfOpen();
    if (at >= 0) this.#position = at;
  }

  /** Opens the next or the previous row, and keeps the order of the rows meanwhile. */
  move(step: 1 | -1): void {
    // The rows on the screen are still those of the filter before.
    const { changing } = this.#desk.list;
    if (changing) return void changing.then(() => this.move(step));
    this.#desk.order.hold('keys');
    const { rows } = this.#desk.order;
    const at = this.#indexOfOpen();
    const isOpen = this.#desk.router.conversation !== null;
    const from = at >= 0 ? at + step : isOpen ? this.#position + Math.min(0, step) : 0;
    const next = rows[Math.max(0, Math.min(rows.length - 1, from))];
    if (next) this.#open(next.conversation_id);
  }

  /** Opens the row after a conversation that was closed; without rows, only the list is left. */
  leave(id: string): void {
    const { order, router } = this.#desk;
    if (router.conversation !== id) return;
    this.move(1);
    if (router.conversation !== id) return;
    const other = order.rows.findLast((row) => row.conversation_id !== id);
    if (other) this.#open(other.conversation_id);
    else router.openConversation(null, true);
  }

  /**
   * Opens the next conversation that waits: the next one among the rows, from the top again after
   * the last, or else any other, the longest waiting first. Returns whether there is one.
   */
  openNextWaiting(): boolean {
    const { conversations, order, router } = this.#desk;
    order.hold('keys');
    const start = this.#indexOfOpen() + 1;
    const rows = [...order.rows.slice(start), ...order.rows.slice(0, start)];
    const others = conversations.all.sort(byWaiting);
    const next = [...rows, ...others].find(
      (row) => isWaiting(row) && row.conversation_id !== router.conversation,
    );
    if (next) this.#open(next.conversation_id);
    return next !== undefined;
  }

  #open(id: string): void {
    const { router } = this.#desk;
    router.openConversation(id, router.conversation !== null);
    this.#reveal(id);
  }

  #indexOfOpen(): number {
    const id = this.#desk.router.conversation;
    return this.#desk.order.rows.findIndex((row) => row.conversation_id === id);
  }
}
