import { SvelteMap } from 'svelte/reactivity';
import type { Client } from '../api/client';
import { sentenceOf } from '../api/problem';
import { putFile, type Put } from '../api/put';
import type { Attached } from '../api/types';
import { newKey } from '../api/ulid';
import type { Drafts } from './drafts.svelte';

/** A file on its way to where messages find it. */
export class Uploading {
  readonly key = newKey();
  readonly file: File;
  /** Counts what was picked: files go in that order, whichever is there first. */
  readonly place: number;
  /** 0 to 1. */
  progress = $state(0);
  /** Why it did not get there; it can be tried again. */
  problem = $state<string | null>(null);
  readonly stop = new AbortController();

  constructor(file: File, place: number) {
    this.file = file;
    this.place = place;
  }

  get type(): string {
    return this.file.type || 'application/octet-stream';
  }
}

/** The files in every conversation's box: those that are there stand in its draft. */
export class Uploads {
  readonly #pending = new SvelteMap<string, Uploading[]>();
  /** What is there, by its upload, as long as the page lives: its bytes for a thumbnail. */
  readonly #there = new Map<string, Uploading>();
  #picked = 0;
  readonly #client: Pick<Client, 'createUpload'>;
  readonly #drafts: Drafts;
  readonly #put: Put;

  constructor(client: Pick<Client, 'createUpload'>, drafts: Drafts, put: Put = putFile) {
    this.#client = client;
    this.#drafts = drafts;
    this.#put = put;
  }

  /** What is on its way, or did not get there. */
  pending(id: string): Uploading[] {
    return this.#pending.get(id) ?? [];
  }

  /** The bytes of a file that is there, if it was picked since the page was loaded. */
  file(uploadId: string): File | undefined {
    return this.#there.get(uploadId)?.file;
  }

  /** Takes files into a conversation's box. */
  async add(id: string, files: readonly File[]): Promise<void> {
    const taken = files.map((file) => new Uploading(file, ++this.#picked));
    this.#pending.set(id, [...this.pending(id), ...taken]);
    await Promise.all(taken.map((one) => this.#upload(id, one)));
  }

  /** Tries a file that did not get there once more, from its beginning. */
  async again(id: string, one: Uploading): Promise<void> {
    if (!one.problem) return;
    await this.#upload(id, one);
  }

  /** Takes a file out of the box, wherever it is. */
  remove(id: string, key: string): void {
    for (const one of this.pending(id)) if (one.key === key) one.stop.abort();
    this.#drop(id, key);
    const media = this.#drafts.media(id);
    const kept = media.filter((one) => one.upload_id !== key);
    if (kept.length < media.length) this.#drafts.setMedia(id, kept);
  }

  /** Nothing of one person's work is left to the next. */
  clear(): void {
    for (const all of this.#pending.values()) for (const one of all) one.stop.abort();
    this.#pending.clear();
    this.#there.clear();
  }

  async #upload(id: string, one: Uploading): Promise<void> {
    one.problem = null;
    one.progress = 0;
    const { name, size } = one.file;
    try {
      const place = await this.#client.createUpload({
        conversation_id: id,
        name,
        content_type: one.type,
        size,
      });
      await this.#put(place, one.file, (progress) => (one.progress = progress), one.stop.signal);
      if (!this.pending(id).includes(one)) return;
      this.#there.set(place.upload_id, one);
      this.#drop(id, one.key);
      const done = { upload_id: place.upload_id, name, content_type: one.type, size };
      const media = [...this.#drafts.media(id), done];
      this.#drafts.setMedia(
        id,
        media.toSorted((a, b) => this.#placeOf(a) - this.#placeOf(b)),
      );
    } catch (thrown) {
      one.problem = sentenceOf(thrown);
    }
  }

  /** What was there when the page was loaded stays in front. */
  #placeOf({ upload_id }: Attached): number {
    return this.#there.get(upload_id)?.place ?? 0;
  }

  #drop(id: string, key: string): void {
    const others = this.pending(id).filter((one) => one.key !== key);
    if (others.length) this.#pending.set(id, others);
    else this.#pending.delete(id);
  }
}
