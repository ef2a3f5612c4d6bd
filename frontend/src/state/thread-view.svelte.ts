/** One of a message's media. */
export interface MediaRef {
  message_id: string;
  index: number;
}

/** What was asked for is marked this long (ms). */
const HIGHLIGHT_DURATION = 2500;

/** What somebody wishes to see of a thread. */
export class ThreadView {
  /** The message that is to come into view, and is marked for a moment. */
  scrollTarget = $state.raw<{ id: string } | null>(null);
  /** What is wanted is being looked for, further up. */
  seeking = $state(false);
  /** Its first look was taken: what is in view is seen from then on. */
  rendered = $state(false);
  /** Words are being looked for in it. */
  searchOpen = $state(false);
  /** The picture that fills the screen. */
  enlarged = $state.raw<MediaRef | null>(null);
  /** The message whose delivery is told in full. */
  details = $state<string | null>(null);

  enlarge(message_id: string, index: number): void {
    this.enlarged = { message_id, index };
  }

  /** Brings a message that is there into view. */
  scrollTo(id: string): void {
    const wanted = { id };
    this.scrollTarget = wanted;
    setTimeout(
      () => this.scrollTarget === wanted && (this.scrollTarget = null),
      HIGHLIGHT_DURATION,
    );
  }
}
