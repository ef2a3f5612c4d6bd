/** The actions that keys trigger. */
export interface KeyActions {
  move: (step: 1 | -1) => void;
  /** Opens the next conversation that waits. */
  nextWaiting: () => void;
  markUnread: () => void;
  /** Says that the open conversation needs no reply. */
  dismiss: () => void;
  reply: () => void;
  /** Picks files to attach. */
  attach: () => void;
  /** Opens the search in the thread. */
  find: () => void;
  /** Scrolls to the latest message. */
  newest: () => void;
  /** Deletes the conversation; can be undone. Its key has a modifier. */
  remove: () => void;
  palette: () => void;
  compose: () => void;
  search: () => void;
  toggleStatus: () => void;
  undo: () => void;
  contact: () => void;
  details: () => void;
  shortcuts: () => void;
  filter: (index: 0 | 1 | 2) => void;
  back: () => void;
}

/** Runs the action of a key unless a text field or dialog has the focus. Returns whether it did. */
export function pressKey(event: KeyboardEvent, actions: KeyActions): boolean {
  if (isPaletteShortcut(event)) {
    event.preventDefault();
    actions.palette();
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  if (isTextInput(event.target) || document.querySelector('dialog:modal, :popover-open'))
    return false;
  const act = actionFor(event, actions);
  if (!act) return false;
  event.preventDefault();
  act();
  return true;
}

function actionFor(event: KeyboardEvent, actions: KeyActions): (() => void) | undefined {
  const inLog = (event.target as Element | null)?.closest('[role=log]');
  switch (event.key.length === 1 ? event.key.toLowerCase() : event.key) {
    case 'j':
      return () => actions.move(1);
    case 'k':
      return () => actions.move(-1);
    case 'ArrowDown':
      return inLog ? undefined : () => actions.move(1);
    case 'ArrowUp':
      return inLog ? undefined : () => actions.move(-1);
    case 'Enter':
      return isPressable(event.target) ? undefined : actions.reply;
    case 'w':
      return actions.nextWaiting;
    case 'u':
      return actions.markUnread;
    case 'x':
      return actions.dismiss;
    case 'r':
      return actions.reply;
    case 'n':
      return actions.compose;
    case '/':
      return actions.search;
    case 'f':
      return actions.find;
    case 'a':
      return actions.attach;
    case 'g':
      return actions.newest;
    case 'Delete':
    case 'Backspace':
      return event.shiftKey ? actions.remove : undefined;
    case 'e':
      return actions.toggleStatus;
    case 'z':
      return actions.undo;
    case 'i':
      return actions.contact;
    case 'd':
      return actions.details;
    case '?':
      return actions.shortcuts;
    case '1':
      return () => actions.filter(0);
    case '2':
      return () => actions.filter(1);
    case '3':
      return () => actions.filter(2);
    case 'Escape':
      return actions.back;
    default:
      return undefined;
  }
}

/** Returns whether the event is ⌘K or Ctrl+K and no other dialog than the palette is open. */
function isPaletteShortcut(event: KeyboardEvent): boolean {
  if (event.key.toLowerCase() !== 'k' || event.altKey || event.shiftKey) return false;
  if (!event.metaKey && !event.ctrlKey) return false;
  return !document.querySelector('dialog:modal:not([data-palette])');
}

/**
 * Returns whether a key types text. A hidden field may keep the focus after its dialog has closed.
 */
function isTextInput(target: EventTarget | null): boolean {
  const element = target instanceof HTMLElement && target.checkVisibility() ? target : null;
  if (element instanceof HTMLInputElement) return !['radio', 'checkbox'].includes(element.type);
  return element instanceof HTMLTextAreaElement || element?.isContentEditable === true;
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('a, button, summary, label, input') !== null;
}
