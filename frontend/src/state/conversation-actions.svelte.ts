import type { Client } from '../api/client';
import { ApiError, errorMessage } from '../api/problem';
import type { Conversation, ConversationStatus } from '../api/types';
import { appStrings } from '../strings/app';
import { toastStrings } from '../strings/inbox';
import { displayName } from './contact';
import { customerWroteSince, type Conversations } from './conversations.svelte';
import { applyCurrent, withExpected } from './expected-revision';
import type { Toasts } from './toasts.svelte';

/** The outcome of changing a name or note. `conflict`: someone else changed it first. */
export type EditResult =
  { kind: 'done' } | { kind: 'conflict' } | { kind: 'failed'; problem: string };

/** The actions on a whole conversation. */
export class ConversationActions {
  /** Called with the conversation whose closing or reopening was undone. */
  onUndo: (id: string) => void = () => undefined;
  readonly #client: Client;
  readonly #conversations: Conversations;
  readonly #toasts: Toasts;
  /** Running mark-as-read requests by id, and the state to mark next if one arrived meanwhile. */
  readonly #markingRead = new Map<string, Conversation | null>();

  constructor(client: Client, conversations: Conversations, toasts: Toasts) {
    this.#client = client;
    this.#conversations = conversations;
    this.#toasts = toasts;
  }

  /**
   * Marks a conversation as read up to the given state.
   *
   * On a conflict it applies the newer state, and the caller decides again. Does not retry after a
   * failure.
   */
  async markRead(conversation: Conversation): Promise<void> {
    const { conversation_id: id, rev } = conversation;
    if (this.#markingRead.has(id)) {
      this.#markingRead.set(id, conversation);
      return;
    }
    this.#markingRead.set(id, null);
    try {
      this.#apply(await this.#client.markRead(id, rev));
    } catch (thrown) {
      applyCurrent(this.#conversations, thrown);
    }
    const next = this.#markingRead.get(id);
    this.#markingRead.delete(id);
    if (next && next.rev > rev && next === this.#conversations.get(id)) await this.markRead(next);
  }

  /**
   * Closes or reopens a conversation and offers to undo it.
   *
   * Does not close it if the customer has written since this state, and says so. Returns whether it
   * now has the status.
   */
  async setStatus(
    conversation: Conversation,
    status: ConversationStatus,
    isUndo = false,
  ): Promise<boolean> {
    const before = conversation.status;
    if (before === status) return true;
    const { conversation_id: id } = conversation;
    const name = displayName(conversation);
    try {
      const updated = await (status === 'open'
        ? this.#client.setStatus(id, status)
        : withExpected(this.#conversations, conversation, customerWroteSince, (rev) =>
            this.#client.setStatus(id, status, rev),
          ));
      if (!updated) {
        this.#toasts.show(toastStrings.staysOpen(name));
        return false;
      }
      this.#apply(updated);
      this.#toasts.show(
        status === 'closed' ? toastStrings.closed(name) : toastStrings.reopened(name),
        isUndo ? undefined : { label: appStrings.undo, run: () => this.#undo(updated, before) },
      );
      return true;
    } catch (thrown) {
      applyCurrent(this.#conversations, thrown);
      this.#showError(thrown);
      return false;
    }
  }

  /** Sets the note if it still equals `previous`. */
  async setNote(id: string, note: string, previous: string | null): Promise<EditResult> {
    return this.#saveEdit(this.#client.setNote(id, note, previous));
  }

  /** Sets the contact's name if it still equals `previous`. */
  async setName(id: string, name: string, previous: string | null): Promise<EditResult> {
    return this.#saveEdit(this.#client.setName(id, name, previous));
  }

  #undo(conversation: Conversation, status: ConversationStatus): void {
    void this.setStatus(conversation, status, true);
    this.onUndo(conversation.conversation_id);
  }

  async #saveEdit(call: Promise<Conversation>): Promise<EditResult> {
    try {
      this.#apply(await call);
      return { kind: 'done' };
    } catch (thrown) {
      applyCurrent(this.#conversations, thrown);
      if (thrown instanceof ApiError && thrown.status === 409) return { kind: 'conflict' };
      return { kind: 'failed', problem: errorMessage(thrown) };
    }
  }

  /** Shows why an action failed. The sign-in screen reports an ended session. */
  #showError(thrown: unknown): void {
    if (thrown instanceof ApiError && thrown.status === 401) return;
    this.#toasts.show(errorMessage(thrown));
  }

  #apply(conversation: Conversation): void {
    this.#conversations.apply({ type: 'conversation', conversation });
  }
}
