import type { Client } from '../api/client';
import { Socket } from '../api/socket';
import type { LiveEvent } from '../api/types';
import type { ConnectionState } from './connection-state.svelte';
import type { Conversations } from './conversations.svelte';
import type { List } from './list.svelte';
import type { Threads } from './threads.svelte';

/** What live updates read and write. */
interface Options {
  client: Client;
  connection: ConnectionState;
  conversations: Conversations;
  list: List;
  threads: Threads;
  /** Reloads what is on the screen; called when updates may have been missed. */
  resync: () => Promise<void>;
}

/** Receives live events and applies them to the conversations and threads in memory. */
export class LiveUpdates {
  readonly socket: Socket;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    this.socket = new Socket({
      ticket: options.client.issueTicket,
      onEvents: (events) => this.#apply(events),
      onOpen: (open) => {
        options.connection.apply({ type: 'socket', open });
        if (open) void options.resync();
      },
    });
  }

  /** Follows the browser's network state. Reconnects and resyncs when it is back. */
  setOnline(online: boolean): void {
    this.#options.connection.apply({ type: 'network', online });
    if (!online) return;
    this.socket.reconnectNow();
    void this.#options.resync();
  }

  /** Applies the events of a frame. Drops those of threads that are not in memory. */
  #apply(events: LiveEvent[]): void {
    const { conversations, threads } = this.#options;
    for (const event of events) {
      switch (event.type) {
        case 'conversation':
          conversations.apply(event);
          break;
        case 'message':
          threads.get(event.message.conversation_id)?.apply(event);
          break;
        case 'outbox':
          threads.get(event.conversation_id)?.apply(event);
          break;
        case 'reload':
          this.#reload(event.conversation_ids);
      }
    }
  }

  #reload(ids: string[]): void {
    const { list, threads } = this.#options;
    for (const id of ids) {
      void list.loader.refresh(id).catch(() => undefined);
      void threads.get(id)?.refresh();
    }
  }
}
