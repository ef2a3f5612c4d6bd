import type { EditResult } from './conversation-actions.svelte';

/** A text that is edited in place. Detects a concurrent change by another user. */
export class InlineEdit {
  open = $state(false);
  text = $state('');
  conflict = $state(false);
  problem = $state<string | null>(null);
  busy = $state(false);
  #previous: string | null = null;
  readonly #currentValue: () => string | null;
  readonly #write: (text: string, previous: string | null) => Promise<EditResult>;

  /** `currentValue` returns the stored value. `write` replaces it if it still equals `previous`. */
  constructor(
    currentValue: () => string | null,
    write: (text: string, previous: string | null) => Promise<EditResult>,
  ) {
    this.#currentValue = currentValue;
    this.#write = write;
  }

  start(): void {
    this.#previous = this.#currentValue();
    this.text = this.#previous ?? '';
    this.conflict = false;
    this.problem = null;
    this.open = true;
  }

  /** Saves the text. Returns whether editing is finished: saved, or nothing had changed. */
  async save(): Promise<boolean> {
    const text = this.text.trim();
    if (this.busy) return false;
    if (text === (this.#previous ?? '')) return true;
    this.busy = true;
    this.problem = null;
    const written = await this.#write(text, this.#previous);
    this.busy = false;
    this.conflict = written.kind === 'conflict';
    if (written.kind === 'failed') this.problem = written.problem;
    return written.kind === 'done';
  }

  /** Saves over the value that another user has written. */
  saveMine(): Promise<boolean> {
    this.#previous = this.#currentValue();
    return this.save();
  }
}
