import { SvelteMap } from 'svelte/reactivity';
import type { Client } from '../api/client';
import { localize } from '../api/localize';
import { errorMessage } from '../api/problem';
import type { QuarantineItem } from '../api/types';
import { quarantineStrings } from '../strings/quarantine';
import { SingleFlight } from './single-flight.svelte';

/** Quarantined requests with the same reason. */
export interface QuarantineGroup {
  reason: string;
  /** The reason in words, from the newest request. */
  title: string;
  items: QuarantineItem[];
}

/** Returns sender, recipient and text if the raw request is a form that contains them. */
export function parseMessage({ content_type, body: raw }: QuarantineItem) {
  if (!content_type?.startsWith('application/x-www-form-urlencoded')) return null;
  const form = new URLSearchParams(raw);
  const [from, to] = [form.get('From'), form.get('To')];
  return from && to ? { from, to, body: form.get('Body') ?? '' } : null;
}

type QuarantineClient = Pick<Client, 'listQuarantine' | 'releaseQuarantine' | 'releaseQuarantines'>;

/** The quarantine: requests from Twilio that could not be processed. */
export class Quarantine {
  items = $state.raw<QuarantineItem[]>([]);
  cursor = $state<string | null>(null);
  loaded = $state(false);
  problem = $state<string | null>(null);
  /** The state of a release by id or reason: running, or why it failed. */
  readonly releases = new SvelteMap<string, { busy: boolean; problem: string | null }>();
  readonly #client: QuarantineClient;
  readonly #flight = new SingleFlight(() => this.#loadPage(null));

  constructor(client: QuarantineClient) {
    this.#client = client;
  }

  /** Grouped by reason, the group with the newest request first. */
  readonly groups: QuarantineGroup[] = $derived.by(() => {
    const groups = new Map<string, QuarantineItem[]>();
    for (const item of this.items) {
      groups.set(item.reason, [...(groups.get(item.reason) ?? []), item]);
    }
    return [...groups].map(([reason, items]) => {
      const [newest] = items;
      return {
        reason,
        title: newest ? localize(newest.localized_detail, newest.detail) : reason,
        items,
      };
    });
  });

  /** Reloads the first page. */
  load = () => this.#flight.run();

  /** Loads the next page unless a load is running. */
  async loadMore(): Promise<void> {
    if (this.cursor) await this.#flight.runIfIdle(() => this.#loadPage(this.cursor));
  }

  get busy(): boolean {
    return this.#flight.busy;
  }

  /** Releases one request. */
  release(id: string): Promise<void> {
    return this.#trackRelease(id, async () => {
      await this.#client.releaseQuarantine(id);
      this.items = this.items.filter((item) => item.quarantine_id !== id);
      return null;
    });
  }

  /** Releases all requests with this reason and reports how many remain. */
  releaseAll(reason: string): Promise<void> {
    return this.#trackRelease(reason, async () => {
      let remaining = 0;
      let cursor: string | null = null;
      do {
        const step = await this.#client.releaseQuarantines(reason, cursor);
        remaining += step.remaining;
        cursor = step.cursor;
      } while (cursor);
      await this.load();
      return remaining ? quarantineStrings.remaining(remaining) : null;
    });
  }

  async #loadPage(from: string | null): Promise<void> {
    this.problem = null;
    try {
      const page = await this.#client.listQuarantine(from);
      this.items = from ? [...this.items, ...page.items] : page.items;
      this.cursor = page.cursor;
      this.loaded = true;
    } catch (thrown) {
      this.problem = errorMessage(thrown);
    }
  }

  /** `act` returns a message that stays visible, or null. */
  async #trackRelease(key: string, act: () => Promise<string | null>): Promise<void> {
    if (this.releases.get(key)?.busy) return;
    this.releases.set(key, { busy: true, problem: null });
    try {
      const problem = await act();
      if (problem) this.releases.set(key, { busy: false, problem });
      else this.releases.delete(key);
    } catch (thrown) {
      this.releases.set(key, { busy: false, problem: errorMessage(thrown) });
    }
  }
}
