import type { Client } from '../api/client';
import { ApiError, sentenceOf } from '../api/problem';
import type { Conversation, ConversationStatus } from '../api/types';
import { strings } from '../strings';
import type { Conversations } from './conversations.svelte';
import { nameOf } from './person';
import type { Toasts } from './toasts.svelte';

/** What became of a rename: `conflict` when somebody else had renamed it meanwhile. */
export type Renamed = { kind: 'done' } | { kind: 'conflict' } | { kind: 'failed'; problem: string };

/** What an agent may do with a conversation as a whole. */
export class Acts {
  readonly #client: Client;
  readonly #conversations: Conversations;
  readonly #toasts: Toasts;
  /** What is being marked as read, and what is to follow because more came meanwhile. */
  readonly #reading = new Map<string, Conversation | null>();

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
    if (this.#reading.has(id)) {
      this.#reading.set(id, conversation);
      return;
    }
    this.#reading.set(id, null);
    try {
      this.#take(await this.#client.markRead(id, rev));
    } catch (thrown) {
      this.#takeCurrent(thrown);
    }
    const next = this.#reading.get(id);
    this.#reading.delete(id);
    if (next && next.rev > rev && next === this.#conversations.get(id)) await this.markRead(next);
  }

  /** Closes or reopens a conversation, and offers to undo it. */
  async setStatus(
    conversation: Conversation,
    status: ConversationStatus,
    undoing = false,
  ): Promise<void> {
    const before = conversation.status;
    if (before === status) return;
    const name = nameOf(conversation);
    try {
      const changed = await this.#client.setStatus(conversation.conversation_id, status);
      this.#take(changed);
      this.#toasts.show(
        status === 'closed' ? strings.toast.closed(name) : strings.toast.reopened(name),
        undoing
          ? undefined
          : { label: strings.undo, run: () => void this.setStatus(changed, before, true) },
      );
    } catch (thrown) {
      this.#takeCurrent(thrown);
      this.#toasts.show(sentenceOf(thrown));
    }
  }

  /** Gives a conversation a name, if it is still called `previous`. */
  async rename(id: string, name: string, previous: string | null): Promise<Renamed> {
    try {
      this.#take(await this.#client.rename(id, name, previous));
      return { kind: 'done' };
    } catch (thrown) {
      this.#takeCurrent(thrown);
      if (thrown instanceof ApiError && thrown.status === 409) return { kind: 'conflict' };
      return { kind: 'failed', problem: sentenceOf(thrown) };
    }
  }

  #take(conversation: Conversation): void {
    this.#conversations.apply({ type: 'conversation', conversation });
  }

  /** A 409 brings the conversation as it is by now. */
  #takeCurrent(thrown: unknown): void {
    if (thrown instanceof ApiError && thrown.problem?.current) this.#take(thrown.problem.current);
  }
}
