import { LIST_FILTERS } from '../api/rules';
import type { Conversation, Filter } from '../api/types';
import type { Desk } from './desk.svelte';
import { toastStrings } from '../strings/inbox';
import type { KeyActions } from './keys';
import type { WaitingMove } from './conversation-actions.svelte';
import { RowSelection } from './row-selection';

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
  readonly selection: RowSelection;

  constructor(desk: Desk, columns: Columns) {
    this.#desk = desk;
    this.#columns = columns;
    this.selection = new RowSelection(desk, (id) => void columns.list?.reveal(id));
  }

  readonly keyActions: KeyActions = {
    move: (step) => this.selection.move(step),
    nextWaiting: () => this.#nextWaiting(),
    markUnread: () => this.#moveInList({ unread: true }),
    dismiss: () => this.#moveInList({ waiting: false }),
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

  /** Closes the open conversation and goes on to the next, or reopens it. */
  toggleStatus(): void {
    const conversation = this.#desk.selected;
    if (conversation?.status === 'closed') {
      void this.#desk.actions.setStatus(conversation, 'open');
    } else if (conversation) {
      void this.#close(conversation, (id) => this.selection.leave(id));
    }
  }

  /**
   * Closes the open conversation once the message `sent` is stored, and goes on to the next one that
   * waits. A message that could not be sent keeps it open.
   */
  async closeAfter(sent: Promise<void>): Promise<void> {
    const { selected, thread } = this.#desk;
    await sent;
    if (!selected || !thread || thread.pendingSends.problem) return;
    if (thread.pendingSends.items.length > 0) return;
    await this.#desk.actions.markAnswered(selected);
    await this.#close(selected, (id) => {
      if (!this.selection.openNextWaiting()) this.selection.leave(id);
    });
  }

  filter(filter: Filter): void {
    this.#desk.list.show(filter);
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
    if (!conversation || !this.#desk.mayDelete) return;
    this.#desk.deletions.remove(conversation);
    this.selection.leave(conversation.conversation_id);
    this.contactOpen = false;
  }

  /** Closes a conversation and leaves it, unless the user has gone on in the meantime. */
  async #close(conversation: Conversation, leave: (id: string) => void): Promise<void> {
    const { actions, order, router } = this.#desk;
    const id = conversation.conversation_id;
    order.hold('keys');
    const isClosed = await actions.setStatus(conversation, 'closed');
    if (isClosed && router.conversation === id) leave(id);
  }

  /** Marks the open conversation unread or dismisses it, and goes on to the next row. */
  #moveInList(move: WaitingMove): void {
    const conversation = this.#desk.selected;
    if (!conversation) return;
    this.#desk.order.hold('keys');
    // An open thread would be marked read again.
    this.selection.leave(conversation.conversation_id);
    void this.#desk.actions.setWaiting(conversation, move);
  }

  #nextWaiting(): void {
    if (!this.selection.openNextWaiting()) this.#desk.toasts.show(toastStrings.noneWaiting);
  }

  #back(): void {
    if (this.contactOpen) this.contactOpen = false;
    else if (!this.#desk.router.isList) this.#desk.router.back();
  }
}
