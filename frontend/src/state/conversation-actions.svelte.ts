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

/** How a conversation moves among those that wait. */
export type WaitingMove = { unread: true } | { waiting: false };

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

  /** Marks as read what was answered. What has arrived since then stays unread. */
  async markAnswered(conversation: Conversation): Promise<void> {
    const id = conversation.conversation_id;
    const isRead = (now: Conversation) => now.unread_count === 0;
    if (isRead(this.#conversations.get(id) ?? conversation)) return;
    const hasMore = (then: Conversation, now: Conversation) =>
      now.unread_count > then.unread_count || isRead(now);
    const marked = withExpected(this.#conversations, conversation, hasMore, (rev) =>
      this.#client.markRead(id, rev),
    );
    // It is repeated while the thread is open.
    const read = await marked.catch(() => null);
    if (read) this.#apply(read);
  }

  /** Marks a conversation unread, or says that it needs no reply unless the customer has written. */
  async setWaiting(conversation: Conversation, move: WaitingMove): Promise<void> {
    const { conversation_id: id } = conversation;
    const name = displayName(conversation);
    const text = 'unread' in move ? toastStrings.unread(name) : toastStrings.noReplyNeeded(name);
    const undo = () => {
      this.onUndo(id);
      void this.setWaiting(this.#conversations.get(id) ?? conversation, { unread: true });
    };
    try {
      const moved = await withExpected(
        this.#conversations,
        conversation,
        customerWroteSince,
        (rev) => this.#client.setWaiting(id, move, rev),
      );
      if (!moved) return this.#toasts.show(toastStrings.staysOpen(name));
      this.#apply(moved);
      this.#toasts.show(text, 'unread' in move ? undefined : { label: appStrings.undo, run: undo });
    } catch (thrown) {
      applyCurrent(this.#conversations, thrown);
      this.#showError(thrown);
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
