import { SvelteMap } from 'svelte/reactivity';
import type { Client } from '../api/client';
import { localize } from '../api/localize';
import { errorMessage } from '../api/problem';
import type { QuarantineItem } from '../api/types';
import { strings } from '../strings';
import { SingleFlight } from './single-flight.svelte';

/** What is held back for one reason. */
export interface QuarantineGroup {
  reason: string;
  /** What stands above them: why the newest is here. */
  title: string;
  items: QuarantineItem[];
}

/** Who wrote to whom, and what, as far as it came as a form that says so. */
export function parseMessage({ content_type, raw }: QuarantineItem) {
  if (!content_type?.startsWith('application/x-www-form-urlencoded')) return null;
  const form = new URLSearchParams(raw);
  const [from, to] = [form.get('From'), form.get('To')];
  return from && to ? { from, to, body: form.get('Body') ?? '' } : null;
}

type QuarantineClient = Pick<Client, 'listQuarantine' | 'releaseQuarantine' | 'releaseQuarantines'>;

/** What Twilio sent and the desk could not place. */
export class Quarantine {
  items = $state.raw<QuarantineItem[]>([]);
  cursor = $state<string | null>(null);
  loaded = $state(false);
  problem = $state<string | null>(null);
  /** By id or reason: being released, or the sentence why it was not. */
  readonly releases = new SvelteMap<string, { busy: boolean; problem: string | null }>();
  readonly #client: QuarantineClient;
  readonly #flight = new SingleFlight(() => this.#loadPage(null));

  constructor(client: QuarantineClient) {
    this.#client = client;
  }

  /** In the order in which the newest of each came. */
  readonly groups: QuarantineGroup[] = $derived.by(() => {
    const groups = new Map<string, QuarantineItem[]>();
    for (const item of this.items) {
      groups.set(item.reason, [...(groups.get(item.reason) ?? []), item]);
    }
    return [...groups].map(([reason, items]) => {
      const [newest] = items;
      return { reason, title: newest ? localize(newest.sentence, newest.detail) : reason, items };
    });
  });

  /** Reads the newest anew. */
  load = () => this.#flight.run();

  /** Reads the page below, unless something is being read. */
  async loadMore(): Promise<void> {
    if (this.cursor) await this.#flight.runIfIdle(() => this.#loadPage(this.cursor));
  }

  get busy(): boolean {
    return this.#flight.busy;
  }

  /** Lets one in by the door it came to. */
  release(id: string): Promise<void> {
    return this.#trackRelease(id, async () => {
      await this.#client.releaseQuarantine(id);
      this.items = this.items.filter((item) => item.quarantine_id !== id);
      return null;
    });
  }

  /** Lets in everything that was held back for one reason, reads what is still there, and says if something stays. */
  releaseAll(reason: string): Promise<void> {
    return this.#trackRelease(reason, async () => {
      let remaining = 0;
      let cursor: string | null = null;
      do {
        const step = await this.#client.releaseQuarantines(reason, cursor);
        remaining += step.kept;
        cursor = step.cursor;
      } while (cursor);
      await this.load();
      return remaining ? strings.quarantine.remaining(remaining) : null;
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

  /** `act` may answer with a sentence that stays. */
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
