/** A media file of a message. */
export interface MediaRef {
  message_id: string;
  index: number;
}

/** A message stays highlighted this long (ms). */
const HIGHLIGHT_DURATION = 2500;

/** What the user looks at in a thread. */
export class ThreadView {
  /** The message to scroll to, highlighted for a moment. */
  scrollTarget = $state.raw<{ id: string } | null>(null);
  /** Whether older pages are being loaded to reach a message. */
  seeking = $state(false);
  /** Whether the first view is complete. Visible messages count as read from then on. */
  rendered = $state(false);
  /** Whether the search bar is open. */
  searchOpen = $state(false);
  /** The image in the lightbox. */
  enlarged = $state.raw<MediaRef | null>(null);
  /** The message whose delivery details are open. */
  details = $state<string | null>(null);

  enlarge(message_id: string, index: number): void {
    this.enlarged = { message_id, index };
  }

  /** Scrolls to a loaded message and highlights it. */
  scrollTo(id: string): void {
    const target = { id };
    this.scrollTarget = target;
    setTimeout(
      () => this.scrollTarget === target && (this.scrollTarget = null),
      HIGHLIGHT_DURATION,
    );
  }
}
