const STORAGE_KEY = 'partyline-sound';

/** A tone: frequency (Hz), start and length (s), gain (0–1). */
type Tone = readonly [frequency: number, start: number, length: number, gain: number];

/** The sounds: a bell for a message, a falling third for a failure. */
const SOUNDS: Record<'message' | 'failure', readonly Tone[]> = {
  message: [
    [880, 0, 0.5, 0.1],
    [1318.5, 0.07, 0.6, 0.07],
    [2637, 0.07, 0.25, 0.015],
  ],
  failure: [
    [392, 0, 0.3, 0.1],
    [311.1, 0.14, 0.45, 0.1],
  ],
};

/** Sounds for new messages and failures. Silent while the page has the focus. */
export class Sound {
  #on = $state(localStorage.getItem(STORAGE_KEY) !== 'off');
  #context: AudioContext | null = null;

  get on(): boolean {
    return this.#on;
  }

  setOn(on: boolean): void {
    this.#on = on;
    if (on) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, 'off');
    if (on) this.#playTones('message');
  }

  /** Follows a change made in another tab. */
  onStorage({ key, newValue }: StorageEvent): void {
    if (key === STORAGE_KEY) this.#on = newValue !== 'off';
  }

  /** Plays a sound in one tab, unless this page has the focus. */
  async play(name: keyof typeof SOUNDS): Promise<void> {
    if (!this.#on || document.hasFocus()) return;
    const locks = (navigator as { locks?: LockManager }).locks;
    if (!locks) return this.#playTones(name);
    await locks.request('partyline-sound', { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      this.#playTones(name);
      await new Promise((done) => setTimeout(done, 600));
    });
  }

  #playTones(name: keyof typeof SOUNDS): void {
    const context = (this.#context ??= new AudioContext());
    void context.resume();
    const now = context.currentTime + 0.01;
    for (const [frequency, start, length, loud] of SOUNDS[name]) {
      const oscillator = new OscillatorNode(context, { frequency });
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, now + start);
      gain.gain.linearRampToValueAtTime(loud, now + start + 0.008);
      gain.gain.exponentialRampToValueAtTime(0.0001, now + start + length);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(now + start);
      oscillator.stop(now + start + length);
    }
  }
}
