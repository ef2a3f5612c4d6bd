import type { Client } from '../api/client';
import { ApiError, errorMessage } from '../api/problem';
import type { Conversation, ConversationStatus } from '../api/types';
import { strings } from '../strings';
import { changedSince, customerWroteSince, type Conversations } from './conversations.svelte';
import { displayName } from './contact';
import type { Toasts } from './toasts.svelte';

/** What became of a change of name or note: `conflict` when somebody else was first. */
export type EditResult =
  { kind: 'done' } | { kind: 'conflict' } | { kind: 'failed'; problem: string };

/** So often an act is tried while a conversation moves on without anybody writing. */
const MAX_ATTEMPTS = 3;

/** What an agent may do with a conversation as a whole. */
export class ConversationActions {
  readonly #client: Client;
  readonly #conversations: Conversations;
  readonly #toasts: Toasts;
  /** What is being marked as read, and what is to follow because more came meanwhile. */
  readonly #markingRead = new Map<string, Conversation | null>();

  constructor(client: Client, conversations: Conversations, toasts: Toasts) {
    this.#client = client;
    this.#conversations = conversations;
    this.#toasts = toasts;
  }

  /**
   * Tells the server that what stands on the screen was read, as far as it was seen. When more
   * came meanwhile the newer truth is taken, and whoever shows it decides anew. After a failure
   * nothing is tried by itself: whoever still shows it asks again.
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
   * Closes or reopens a conversation, and offers to undo it. It is closed as far as it was seen:
   * if they wrote meanwhile it stays open, and that is said.
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
      if (!updated) return this.#toasts.show(strings.toast.staysOpen(name));
      this.#apply(updated);
      this.#toasts.show(
        status === 'closed' ? strings.toast.closed(name) : strings.toast.reopened(name),
        isUndo
          ? undefined
          : { label: strings.undo, run: () => void this.setStatus(updated, before, true) },
      );
    } catch (thrown) {
      this.#applyCurrent(thrown);
      this.#showError(thrown);
    }
  }

  /**
   * Deletes a conversation when the time for a way back is over, as far as it was seen. Until then
   * it is only out of sight: whoever closes the page in between has deleted nothing. If anything was
   * written meanwhile it comes back, and that is said.
   */
  remove(conversation: Conversation): void {
    const { conversation_id: id } = conversation;
    this.#conversations.apply({ type: 'hidden', conversation_id: id, hidden: true });
    const restore = () =>
      this.#conversations.apply({ type: 'hidden', conversation_id: id, hidden: false });
    this.#toasts.show(
      strings.toast.deleted(displayName(conversation)),
      { label: strings.undo, run: restore },
      () => this.#delete(conversation, restore),
    );
  }

  /** Writes the note of a conversation, if it still says `previous`. */
  async setNote(id: string, note: string, previous: string | null): Promise<EditResult> {
    return this.#saveEdit(this.#client.setNote(id, note, previous));
  }

  /** Gives a conversation a name, if it is still called `previous`. */
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
      this.#toasts.show(strings.toast.notDeleted(displayName(expected)));
    } catch (thrown) {
      this.#applyCurrent(thrown);
      restore();
      this.#showError(thrown);
    }
  }

  /**
   * Does something to a conversation as far as it was `seen`: null if it is `another` by now, and
   * nothing was done. Names, notes and ticks may move; then it is done to what is there by now.
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

  /** Says why something failed. That the session has ended says the sign-in screen. */
  #showError(thrown: unknown): void {
    if (thrown instanceof ApiError && thrown.status === 401) return;
    this.#toasts.show(errorMessage(thrown));
  }

  #apply(conversation: Conversation): void {
    this.#conversations.apply({ type: 'conversation', conversation });
  }

  /** A 409 brings the conversation as it is by now. */
  #applyCurrent(thrown: unknown): Conversation | null {
    const current = thrown instanceof ApiError ? thrown.problem?.current : null;
    if (current) this.#apply(current);
    return current ?? null;
  }
}
