import type { Client } from '../api/client';
import { ApiError } from '../api/problem';
import type { Conversation, ConversationPage, ListCounts } from '../api/types';
import { byActivity, type Conversations } from './conversations.svelte';
import { conversationIds, type ListQuery } from './list-query';

/** The rows at the top of a list, as the server returned them. */
interface TopOfList {
  ids: Set<string>;
  /** Expected rows that the page did not contain; each was loaded by id. */
  missing: Set<string>;
  /** Whether the page holds the whole list. */
  complete: boolean;
  counts: ListCounts | null;
}

/** Reads conversations from the server into the store. */
export class ConversationLoader {
  readonly #client: Client;
  readonly #conversations: Conversations;

  constructor(client: Client, conversations: Conversations) {
    this.#client = client;
    this.#conversations = conversations;
  }

  /** Fetches a page of a list without applying it. */
  fetchPage({ filter, channel, search }: ListQuery, limit: number, cursor: string | null = null) {
    const params = { ...(channel ? { channel } : {}), ...(search ? { search } : {}) };
    // A search looks in all places at once.
    if (search) return this.#client.listConversations({ ...params, filter: 'all', limit, cursor });
    const sort = filter === 'waiting' ? ({ sort: 'longest_waiting' } as const) : { limit, cursor };
    const counts = cursor ? {} : ({ counts: 'true' } as const);
    return this.#client.listConversations({ filter, ...sort, ...counts, ...params });
  }

  /** Puts the conversations of a page into the store. */
  applyPage(page: ConversationPage): void {
    for (const conversation of page.conversations) {
      this.#conversations.apply({ type: 'conversation', conversation });
    }
  }

  /**
   * Loads the top of a list.
   *
   * Loads a row by id if the page should contain it and does not: the index may lag behind the
   * conversation itself.
   */
  async loadTop(
    query: ListQuery,
    limit: number,
    expectedRows: () => Conversation[],
  ): Promise<TopOfList> {
    const page = await this.fetchPage(query, limit);
    this.applyPage(page);
    const ids = conversationIds(page);
    const complete = page.cursor === null;
    const last = complete ? null : page.conversations.at(-1);
    const missing = expectedRows()
      .filter((row) => !ids.has(row.conversation_id) && (!last || byActivity(row, last) < 0))
      .map((row) => row.conversation_id);
    await Promise.all(missing.map((id) => this.refresh(id)));
    return { ids, missing: new Set(missing), complete, counts: page.counts };
  }

  /**
   * Loads a conversation that is not in the store. Returns `undefined` if it does not exist.
   *
   * A failed request is no error if a list has brought the conversation in the meantime.
   */
  async loadOne(id: string): Promise<Conversation | undefined> {
    await this.refresh(id).catch((thrown: unknown) => {
      if (!this.#conversations.get(id)) throw thrown;
    });
    return this.#conversations.get(id);
  }

  /** Loads the current state of a conversation, or marks it as gone. */
  async refresh(id: string): Promise<void> {
    // It may be created again before the response arrives.
    const rev = this.#conversations.get(id)?.rev ?? 0;
    try {
      const conversation = await this.#client.getConversation(id);
      this.#conversations.apply({ type: 'conversation', conversation });
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.status !== 404) throw thrown;
      this.#conversations.apply({ type: 'gone', conversation_id: id, rev });
    }
  }
}
