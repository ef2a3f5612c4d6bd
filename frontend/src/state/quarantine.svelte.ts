import { SvelteMap } from 'svelte/reactivity';
import type { Client } from '../api/client';
import { sentenceOf } from '../api/problem';
import type { QuarantineItem } from '../api/types';

/** What is held back for one reason. */
export interface Group {
  reason: string;
  items: QuarantineItem[];
}

type Calls = Pick<Client, 'listQuarantine' | 'releaseQuarantine' | 'releaseQuarantines'>;

/** What Twilio sent and the desk could not place. */
export class Quarantine {
  items = $state.raw<QuarantineItem[]>([]);
  cursor = $state<string | null>(null);
  loaded = $state(false);
  problem = $state<string | null>(null);
  /** By id or reason: being released, or the sentence why it was not. */
  readonly releases = new SvelteMap<string, { busy: boolean; problem: string | null }>();
  readonly #client: Calls;

  constructor(client: Calls) {
    this.#client = client;
  }

  /** In the order in which the newest of each came. */
  readonly groups: Group[] = $derived.by(() => {
    const groups = new Map<string, QuarantineItem[]>();
    for (const item of this.items) {
      groups.set(item.reason, [...(groups.get(item.reason) ?? []), item]);
    }
    return [...groups].map(([reason, items]) => ({ reason, items }));
  });

  async read(from: string | null = null): Promise<void> {
    this.problem = null;
    try {
      const page = await this.#client.listQuarantine(from);
      this.items = from ? [...this.items, ...page.items] : page.items;
      this.cursor = page.cursor;
      this.loaded = true;
    } catch (thrown) {
      this.problem = sentenceOf(thrown);
    }
  }

  /** Lets one in by the door it came to. */
  release(id: string): Promise<void> {
    return this.#release(id, async () => {
      await this.#client.releaseQuarantine(id);
      this.items = this.items.filter((item) => item.quarantine_id !== id);
    });
  }

  /** Lets in everything that was held back for one reason, and reads what is still there. */
  releaseAll(reason: string): Promise<void> {
    return this.#release(reason, async () => {
      await this.#client.releaseQuarantines(reason);
      await this.read();
    });
  }

  async #release(key: string, act: () => Promise<void>): Promise<void> {
    if (this.releases.get(key)?.busy) return;
    this.releases.set(key, { busy: true, problem: null });
    try {
      await act();
      this.releases.delete(key);
    } catch (thrown) {
      this.releases.set(key, { busy: false, problem: sentenceOf(thrown) });
    }
  }
}
