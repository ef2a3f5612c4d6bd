import type { Filter } from '../api/types';
import type { Desk } from './desk.svelte';
import { pressKey, type KeyActs } from './keys';

/** The dialogs there are over the columns. */
export type Over = 'compose' | 'shortcuts' | 'palette';

/** What the columns can be asked for, as soon as they stand. */
export interface Columns {
  list?: { reveal: (id: string) => Promise<void> } | undefined;
  thread?: Record<'focus' | 'pick' | 'find' | 'toNewest', () => void> | undefined;
}

const FILTERS: Filter[] = ['open', 'unread', 'closed'];

/** What lies over the exchange, and what its keys and its palette do. */
export class Screen {
  /** The dialog that is open. */
  over = $state<Over | null>(null);
  /** The person is a sheet, and it is open. */
  sheet = $state(false);
  readonly #desk: Desk;
  readonly #columns: Columns;
  /** What was typed for a dialog that is on its way. */
  #typed = '';
  /** Where in the list the open conversation stands, or stood before it left. */
  #place = 0;

  constructor(desk: Desk, columns: Columns) {
    this.#desk = desk;
    this.#columns = columns;
  }

  /** Notes where the open conversation stands in the list, for the way on when it has left. */
  stands(at: number): void {
    if (at >= 0) this.#place = at;
  }

  readonly acts: KeyActs = {
    move: (step) => this.#move(step),
    toggleStatus: () => this.toggleStatus(),
    reply: () => this.#columns.thread?.focus(),
    attach: () => this.#columns.thread?.pick(),
    find: () => this.#columns.thread?.find(),
    newest: () => this.#columns.thread?.toNewest(),
    remove: () => this.#remove(),
    compose: () => (this.over = 'compose'),
    shortcuts: () => (this.over = 'shortcuts'),
    palette: () => (this.over = this.over === 'palette' ? null : 'palette'),
    search: () => document.getElementById('search')?.focus(),
    undo: () => this.#desk.toasts.act(),
    person: () => (this.sheet = !this.sheet && this.#desk.route.conversation !== null),
    details: () => {
      const { thread } = this.#desk;
      if (thread) thread.details = thread.messages.newest?.message_id ?? null;
    },
    filter: (index) => this.filter(FILTERS[index] ?? 'open'),
    back: () => this.#back(),
  };

  /** Keeps a key for the dialog that was asked for and does not stand yet. Returns whether it did. */
  keeps(event: KeyboardEvent): boolean {
    if (this.over === null || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (document.querySelector('dialog:modal')) return false;
    // The one that is there has just been closed, and does not say so yet: the key is meant for what comes after it.
    const closing = document.querySelector('dialog');
    if (closing) {
      closing.addEventListener('close', () => pressKey(event, this.acts), { once: true });
      return true;
    }
    event.preventDefault();
    if (event.key === 'Escape') this.closed(this.over);
    else if (event.key === 'Backspace') this.#typed = this.#typed.slice(0, -1);
    else if (event.key.length === 1) this.#typed += event.key;
    return true;
  }

  /** What was typed before the dialog stood. */
  takeTyped(): string {
    const typed = this.#typed;
    this.#typed = '';
    return typed;
  }

  /** Closes the open conversation, or opens it again. */
  toggleStatus(): void {
    const conversation = this.#desk.selected;
    if (!conversation) return;
    const status = conversation.status === 'open' ? 'closed' : 'open';
    void this.#desk.acts.setStatus(conversation, status);
  }

  filter(filter: Filter): void {
    this.#desk.list.filter = filter;
    void this.#desk.list.load();
  }

  /** The dialog was closed, if it is there still; `opened` is the conversation that is to be opened by that. */
  closed(was: Over, opened: string | null = null): void {
    if (this.over !== was) return;
    this.over = null;
    this.#typed = '';
    if (!opened) return;
    this.#desk.route.go(opened);
    setTimeout(() => this.#columns.thread?.focus());
  }

  #remove(): void {
    const conversation = this.#desk.selected;
    if (!conversation) return;
    this.#desk.acts.remove(conversation);
    this.#desk.route.go(null);
    this.sheet = false;
  }

  #move(step: 1 | -1): void {
    const { list, route } = this.#desk;
    const { rows } = list;
    const id = route.conversation;
    const at = rows.findIndex((row) => row.conversation_id === id);
    const from = at >= 0 ? at + step : id ? this.#place + Math.min(0, step) : 0;
    const next = rows[Math.max(0, Math.min(rows.length - 1, from))];
    if (!next) return;
    route.go(next.conversation_id, id !== null);
    void this.#columns.list?.reveal(next.conversation_id);
  }

  #back(): void {
    if (this.sheet) this.sheet = false;
    else if (!this.#desk.route.bare) this.#desk.route.back();
  }
}
