import type { Filter } from '../api/types';
import type { Desk } from './desk.svelte';
import { pressKey, type KeyActions } from './keys';

/** The dialogs there are over the columns. */
export type OpenDialog = 'compose' | 'shortcuts' | 'palette';

/** What the columns can be asked for, as soon as they stand. */
export interface Columns {
  list?: { reveal: (id: string) => Promise<void> } | undefined;
  thread?: Record<'focus' | 'pickFiles' | 'openSearch' | 'scrollToLatest', () => void> | undefined;
}

const FILTERS: Filter[] = ['open', 'unread', 'closed'];

/** What lies over the exchange, and what its keys and its palette do. */
export class Shell {
  /** The dialog that is open. */
  dialog = $state<OpenDialog | null>(null);
  /** The person is a sheet, and it is open. */
  contactOpen = $state(false);
  readonly #desk: Desk;
  readonly #columns: Columns;
  /** What was typed for a dialog that is on its way. */
  #typed = '';
  /** Where in the list the open conversation stands, or stood before it left. */
  #listPosition = 0;

  constructor(desk: Desk, columns: Columns) {
    this.#desk = desk;
    this.#columns = columns;
  }

  /** Notes where the open conversation stands in the list, for the way on when it has left. */
  rememberListPosition(at: number): void {
    if (at >= 0) this.#listPosition = at;
  }

  readonly keyActions: KeyActions = {
    move: (step) => this.#move(step),
    toggleStatus: () => this.toggleStatus(),
    reply: () => this.#columns.thread?.focus(),
    attach: () => this.#columns.thread?.pickFiles(),
    find: () => this.#columns.thread?.openSearch(),
    newest: () => this.#columns.thread?.scrollToLatest(),
    remove: () => this.#remove(),
    compose: () => (this.dialog = 'compose'),
    shortcuts: () => (this.dialog = 'shortcuts'),
    palette: () => (this.dialog = this.dialog === 'palette' ? null : 'palette'),
    search: () => document.getElementById('search')?.focus(),
    undo: () => this.#desk.toasts.runAction(),
    contact: () => (this.contactOpen = !this.contactOpen && this.#desk.route.conversation !== null),
    details: () => {
      const { thread } = this.#desk;
      if (thread) thread.details = thread.messages.newest?.message_id ?? null;
    },
    filter: (index) => this.filter(FILTERS[index] ?? 'open'),
    back: () => this.#back(),
  };

  /** Keeps a key for the dialog that was asked for and does not stand yet. Returns whether it did. */
  keeps(event: KeyboardEvent): boolean {
    if (this.dialog === null || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (document.querySelector('dialog:modal')) return false;
    // The one that is there has just been closed, and does not say so yet: the key is meant for what comes after it.
    const closing = document.querySelector('dialog');
    if (closing) {
      closing.addEventListener('close', () => pressKey(event, this.keyActions), { once: true });
      return true;
    }
    event.preventDefault();
    if (event.key === 'Escape') this.onDialogClosed(this.dialog);
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
    void this.#desk.actions.setStatus(conversation, status);
  }

  filter(filter: Filter): void {
    this.#desk.list.filter = filter;
    void this.#desk.list.load();
  }

  /** The dialog was closed, if it is there still; `opened` is the conversation that is to be opened by that. */
  onDialogClosed(was: OpenDialog, opened: string | null = null): void {
    if (this.dialog !== was) return;
    this.dialog = null;
    this.#typed = '';
    if (!opened) return;
    this.#desk.route.goToConversation(opened);
    setTimeout(() => this.#columns.thread?.focus());
  }

  #remove(): void {
    const conversation = this.#desk.selected;
    if (!conversation) return;
    this.#desk.actions.remove(conversation);
    this.#desk.route.goToConversation(null);
    this.contactOpen = false;
  }

  #move(step: 1 | -1): void {
    const { list, route } = this.#desk;
    const { rows } = list;
    const id = route.conversation;
    const at = rows.findIndex((row) => row.conversation_id === id);
    const from = at >= 0 ? at + step : id ? this.#listPosition + Math.min(0, step) : 0;
    const next = rows[Math.max(0, Math.min(rows.length - 1, from))];
    if (!next) return;
    route.goToConversation(next.conversation_id, id !== null);
    void this.#columns.list?.reveal(next.conversation_id);
  }

  #back(): void {
    if (this.contactOpen) this.contactOpen = false;
    else if (!this.#desk.route.isList) this.#desk.route.back();
  }
}
