import type { Client } from '../api/client';
import { ApiError, errorMessage } from '../api/problem';
import type { Conversation, ConversationStatus } from '../api/types';
import { appStrings } from '../strings/app';
import { toastStrings } from '../strings/inbox';
import { changedSince, customerWroteSince, type Conversations } from './conversations.svelte';
import { displayName } from './contact';
import type { Toasts } from './toasts.svelte';

/** The outcome of changing a name or note. `conflict`: someone else changed it first. */
export type EditResult =
  { kind: 'done' } | { kind: 'conflict' } | { kind: 'failed'; problem: string };

/** How often an action is repeated when the conversation has changed in irrelevant ways. */
const MAX_ATTEMPTS = 3;

/** The actions on a whole conversation. */
export class ConversationActions {
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
      this.#applyCurrent(thrown);
    }
    const next = this.#markingRead.get(id);
    this.#markingRead.delete(id);
    if (next && next.rev > rev && next === this.#conversations.get(id)) await this.markRead(next);
  }

  /**
   * Closes or reopens a conversation and offers to undo it.
   *
   * Does not close it if the customer has written since this state, and says so.
   */
  async setStatus(
    conversation: Conversation,
    status: ConversationStatus,
    isUndo = false,
  ): Promise<void> {
    const before = conversation.status;
    if (before === status) return;
    const { conversation_id: id } = conversation;
    const name = displayName(conversation);
    try {
      const updated = await (status === 'open'
        ? this.#client.setStatus(id, status)
        : this.#withExpected(conversation, customerWroteSince, (rev) =>
            this.#client.setStatus(id, status, rev),
          ));
      if (!updated) return this.#toasts.show(toastStrings.staysOpen(name));
      this.#apply(updated);
      this.#toasts.show(
        status === 'closed' ? toastStrings.closed(name) : toastStrings.reopened(name),
        isUndo
          ? undefined
          : { label: appStrings.undo, run: () => void this.setStatus(updated, before, true) },
      );
    } catch (thrown) {
      this.#applyCurrent(thrown);
      this.#showError(thrown);
    }
  }

  /**
   * Deletes a conversation once the time to undo has passed.
   *
   * Until then it is only hidden. It reappears, with a notice, if it has new messages by then.
   */
  remove(conversation: Conversation): void {
    const { conversation_id: id } = conversation;
    this.#conversations.apply({ type: 'hidden', conversation_id: id, hidden: true });
    const restore = () =>
      this.#conversations.apply({ type: 'hidden', conversation_id: id, hidden: false });
    this.#toasts.show(
      toastStrings.deleted(displayName(conversation)),
      { label: appStrings.undo, run: restore },
      () => this.#delete(conversation, restore),
    );
  }

  /** Sets the note if it still equals `previous`. */
  async setNote(id: string, note: string, previous: string | null): Promise<EditResult> {
    return this.#saveEdit(this.#client.setNote(id, note, previous));
  }

  /** Sets the contact's name if it still equals `previous`. */
  async setName(id: string, name: string, previous: string | null): Promise<EditResult> {
    return this.#saveEdit(this.#client.setName(id, name, previous));
  }

  async #delete(expected: Conversation, restore: () => void): Promise<void> {
    const { conversation_id: id } = expected;
    try {
      const deleted = await this.#withExpected(expected, changedSince, async (rev) => {
        await this.#client.deleteConversation(id, rev);
        return { type: 'gone', conversation_id: id, rev } as const;
      });
      if (deleted) return this.#conversations.apply(deleted);
      restore();
      this.#toasts.show(toastStrings.notDeleted(displayName(expected)));
    } catch (thrown) {
      this.#applyCurrent(thrown);
      restore();
      this.#showError(thrown);
    }
  }

  /**
   * Calls the server with the expected revision. Returns null if `hasChanged` says it must not.
   *
   * Repeats the call with the current revision when only names, notes or statuses have changed.
   */
  async #withExpected<T>(
    expected: Conversation,
    hasChanged: typeof changedSince,
    call: (rev: number) => Promise<T>,
  ): Promise<T | null> {
    let current = this.#conversations.get(expected.conversation_id) ?? expected;
    for (let attempt = 1; !hasChanged(expected, current); attempt += 1) {
      try {
        return await call(current.rev);
      } catch (thrown) {
        const newer = this.#applyCurrent(thrown);
        if (!newer || attempt === MAX_ATTEMPTS) throw thrown;
        current = newer;
      }
    }
    return null;
  }

  async #saveEdit(call: Promise<Conversation>): Promise<EditResult> {
    try {
      this.#apply(await call);
      return { kind: 'done' };
    } catch (thrown) {
      this.#applyCurrent(thrown);
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

  /** Applies the current conversation from a 409 response and returns it. */
  #applyCurrent(thrown: unknown): Conversation | null {
    const current = thrown instanceof ApiError ? thrown.problem?.current : null;
    if (current) this.#apply(current);
    return current ?? null;
  }
}
