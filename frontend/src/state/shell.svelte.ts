import { LIST_FILTERS } from '../api/rules';
import type { Filter } from '../api/types';
import type { Desk } from './desk.svelte';
import type { KeyActions } from './keys';

/** A dialog above the columns. Each opening creates a new object. */
export interface OpenDialog {
  name: 'compose' | 'shortcuts' | 'palette';
}

/** What the columns offer once they are mounted. */
export interface Columns {
  list?: { reveal: (id: string) => Promise<void> } | undefined;
  thread?: Record<'focus' | 'pickFiles' | 'openSearch' | 'scrollToLatest', () => void> | undefined;
}

/** Dialogs and the contact panel, and the actions of keys and palette. */
export class Shell {
  /** The open dialog. */
  dialog = $state.raw<OpenDialog | null>(null);
  /** Whether the contact panel is open as an overlay. */
  contactOpen = $state(false);
  readonly #desk: Desk;
  readonly #columns: Columns;
  /** The list position of the open conversation, kept after it has left the list. */
  #listPosition = 0;

  constructor(desk: Desk, columns: Columns) {
    this.#desk = desk;
    this.#columns = columns;
  }

  /** Remembers the list position, so that Next continues there. */
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
    compose: () => (this.dialog = { name: 'compose' }),
    shortcuts: () => (this.dialog = { name: 'shortcuts' }),
    palette: () => (this.dialog = this.dialog?.name === 'palette' ? null : { name: 'palette' }),
    search: () => document.getElementById('search')?.focus(),
    undo: () => this.#desk.toasts.runAction(),
    contact: () =>
      (this.contactOpen = !this.contactOpen && this.#desk.router.conversation !== null),
    details: () => {
      const { thread } = this.#desk;
      if (thread) thread.details = thread.messages.newest?.message_id ?? null;
    },
    filter: (index) => this.filter(LIST_FILTERS[index] ?? 'open'),
    back: () => this.#back(),
  };

  /** Closes the open conversation or reopens it. */
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

  /** Removes a closed dialog unless another replaced it, and opens the conversation `opened`. */
  onDialogClosed(closed: OpenDialog, opened: string | null = null): void {
    if (this.dialog !== closed) return;
    this.dialog = null;
    if (!opened) return;
    this.#desk.router.openConversation(opened);
    setTimeout(() => this.#columns.thread?.focus());
  }

  #remove(): void {
    const conversation = this.#desk.selected;
    if (!conversation) return;
    this.#desk.actions.remove(conversation);
    this.#desk.router.openConversation(null);
    this.contactOpen = false;
  }

  #move(step: 1 | -1): void {
    const { list, router } = this.#desk;
    const { rows } = list;
    const id = router.conversation;
    const at = rows.findIndex((row) => row.conversation_id === id);
    const from = at >= 0 ? at + step : id ? this.#listPosition + Math.min(0, step) : 0;
    const next = rows[Math.max(0, Math.min(rows.length - 1, from))];
    if (!next) return;
    router.openConversation(next.conversation_id, id !== null);
    void this.#columns.list?.reveal(next.conversation_id);
  }

  #back(): void {
    if (this.contactOpen) this.contactOpen = false;
    else if (!this.#desk.router.isList) this.#desk.router.back();
  }
}
