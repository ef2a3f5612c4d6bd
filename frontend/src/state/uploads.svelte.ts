import { SvelteMap } from 'svelte/reactivity';
import type { Client } from '../api/client';
import { readSample } from '../api/file-sample';
import { errorMessage } from '../api/problem';
import { putFile, type Put } from '../api/put';
import type { UploadedFile } from '../api/types';
import { newKey } from '../api/ulid';
import type { Drafts } from './drafts.svelte';

/** A file that is being uploaded. */
export class PendingUpload {
  readonly key = newKey();
  readonly file: File;
  /** The order of selection, which is also the order of files in the message. */
  readonly position: number;
  /** 0 to 1. */
  progress = $state(0);
  /** Why the upload failed. It can be retried. */
  problem = $state<string | null>(null);
  readonly stop = new AbortController();

  constructor(file: File, position: number) {
    this.file = file;
    this.position = position;
  }

  get type(): string {
    return this.file.type || 'application/octet-stream';
  }
}

/** The uploads of all conversations. Completed ones are added to the draft. */
export class Uploads {
  readonly #pending = new SvelteMap<string, PendingUpload[]>();
  /** Completed uploads by id, kept for their thumbnails while the page lives. */
  readonly #uploaded = new Map<string, PendingUpload>();
  #picked = 0;
  readonly #client: Pick<Client, 'createUpload'>;
  readonly #drafts: Drafts;
  readonly #put: Put;

  constructor(client: Pick<Client, 'createUpload'>, drafts: Drafts, put: Put = putFile) {
    this.#client = client;
    this.#drafts = drafts;
    this.#put = put;
  }

  /** Returns running and failed uploads. */
  pending(id: string): PendingUpload[] {
    return this.#pending.get(id) ?? [];
  }

  /** Returns the content of an uploaded file if it was selected since the page was loaded. */
  file(uploadId: string): File | undefined {
    return this.#uploaded.get(uploadId)?.file;
  }

  /** Uploads files and adds them to the draft. */
  async add(id: string, files: readonly File[]): Promise<void> {
    const uploads = files.map((file) => new PendingUpload(file, ++this.#picked));
    this.#pending.set(id, [...this.pending(id), ...uploads]);
    await Promise.all(uploads.map((upload) => this.#upload(id, upload)));
  }

  /** Retries a failed upload from the start. */
  async retry(id: string, upload: PendingUpload): Promise<void> {
    if (!upload.problem) return;
    await this.#upload(id, upload);
  }

  /** Removes a file from the draft, whether uploaded or not. */
  remove(id: string, key: string): void {
    for (const upload of this.pending(id)) if (upload.key === key) upload.stop.abort();
    this.#removePending(id, key);
    const media = this.#drafts.media(id);
    const remaining = media.filter((upload) => upload.upload_id !== key);
    if (remaining.length < media.length) this.#drafts.setMedia(id, remaining);
  }

  /** Cancels and forgets all uploads. */
  clear(): void {
    for (const all of this.#pending.values()) for (const upload of all) upload.stop.abort();
    this.#pending.clear();
    this.#uploaded.clear();
  }

  async #upload(id: string, upload: PendingUpload): Promise<void> {
    upload.problem = null;
    upload.progress = 0;
    const { name, size } = upload.file;
    try {
      const target = await this.#client.createUpload({
        conversation_id: id,
        name,
        content_type: upload.type,
        size,
        ...(await readSample(upload.file)),
      });
      if (!this.pending(id).includes(upload)) return;
      await this.#put(
        target,
        upload.file,
        (progress) => (upload.progress = progress),
        upload.stop.signal,
      );
      if (!this.pending(id).includes(upload)) return;
      this.#uploaded.set(target.upload_id, upload);
      this.#removePending(id, upload.key);
      // The type that the server decided from the content.
      const content_type = target.headers['content-type'] ?? upload.type;
      const done = { upload_id: target.upload_id, name, content_type, size };
      const media = [...this.#drafts.media(id), done];
      this.#drafts.setMedia(
        id,
        media.toSorted((a, b) => this.#positionOf(a) - this.#positionOf(b)),
      );
    } catch (thrown) {
      upload.problem = errorMessage(thrown);
    }
  }

  /** Files from before the page was loaded stay first. */
  #positionOf({ upload_id }: UploadedFile): number {
    return this.#uploaded.get(upload_id)?.position ?? 0;
  }

  #removePending(id: string, key: string): void {
    const others = this.pending(id).filter((upload) => upload.key !== key);
    if (others.length) this.#pending.set(id, others);
    else this.#pending.delete(id);
  }
}
