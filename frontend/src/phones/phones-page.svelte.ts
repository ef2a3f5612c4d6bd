import { SvelteMap } from 'svelte/reactivity';
import { type Simulator, SimulatorError } from './api';
import type { Channel } from './channel';
import { DeskObserver } from './desk-observer';
import { PhoneState } from './phone-state.svelte';
import { phoneStrings as strings } from '../strings/phones';
import type { Phone, PhoneMessage } from './types';

/** The phones, the selected phone and the simulator's clock. */
export class PhonesPage {
  readonly desk = new DeskObserver();
  senders = $state.raw<string[]>([]);
  selectedNumber = $state<string | null>(null);
  /** Nothing is loaded yet. */
  loading = $state(true);
  problem = $state<string | null>(null);
  /** How far the system's clock is ahead of this machine's (ms). */
  clockOffset = $state(0);

  readonly #phones = new SvelteMap<string, PhoneState>();
  readonly phones = $derived(
    [...this.#phones.values()].sort(
      (a, b) => a.addedAt - b.addedAt || a.number.localeCompare(b.number),
    ),
  );
  readonly selected = $derived(
    this.phones.find((phone) => phone.number === this.selectedNumber) ?? this.phones[0] ?? null,
  );

  readonly #simulator: Simulator;

  constructor(network: Simulator) {
    this.#simulator = network;
  }

  /** Loads the phones and follows their events. Returns a function that stops it. */
  start(): () => void {
    const stream = this.#simulator.listen();
    const listener = <T>(act: (data: T) => void) => {
      return (event: MessageEvent<string>) => act(JSON.parse(event.data) as T);
    };
    stream.addEventListener(
      'phone',
      listener((phone: Phone) => this.applyPhone(phone)),
    );
    stream.addEventListener(
      'gone',
      listener((phone: Phone) => this.removeLocally(phone.number)),
    );
    stream.addEventListener(
      'message',
      listener((message: PhoneMessage) => this.applyMessage(message)),
    );
    stream.addEventListener('lost', () => void this.load());
    stream.addEventListener('open', () => void this.load());
    stream.addEventListener('error', () => {
      this.problem = strings.connectionLost;
      // A closed stream does not reconnect; loading shows the reason.
      if (stream.readyState === stream.CLOSED) void this.load();
    });
    return () => stream.close();
  }

  /** Loads everything, at the start and after the stream was interrupted. */
  async load(): Promise<void> {
    try {
      const view = await this.#simulator.listPhones();
      this.senders = view.numbers;
      this.clockOffset = Date.parse(view.now) - Date.now();
      const present = new Set(view.phones.map((phone) => phone.number));
      for (const number of this.#phones.keys())
        if (!present.has(number)) this.removeLocally(number);
      await Promise.all(view.phones.map((phone) => this.applyPhone(phone).load()));
      this.problem = null;
      this.loading = false;
    } catch (thrown) {
      this.problem = thrown instanceof SimulatorError ? thrown.message : strings.unexpected;
    }
  }

  /** Adds or updates a phone. */
  applyPhone(phone: Phone): PhoneState {
    const state =
      this.#phones.get(phone.number) ?? new PhoneState(phone.number, this.#simulator, this.desk);
    state.apply(phone);
    this.#phones.set(phone.number, state);
    return state;
  }

  removeLocally(number: string): void {
    this.#phones.delete(number);
    if (this.selectedNumber === number) this.selectedNumber = null;
  }

  applyMessage(message: PhoneMessage): void {
    const phone = this.#phones.get(message.phone);
    if (!phone) return;
    phone.applyMessage(message, true);
    if (message.from_phone) return;
    if (phone === this.selected) void phone.markRead();
    else phone.hasUnread = true;
  }

  select(number: string): void {
    this.selectedNumber = number;
    const phone = this.#phones.get(number);
    if (!phone) return;
    phone.hasUnread = false;
    void phone.markRead();
  }

  /** Adds a customer and selects the new phone. Throws a `SimulatorError`. */
  async add(name: string, number: string, channel: Channel = 'sms'): Promise<void> {
    const phone = await this.#simulator.addPhone({
      channel,
      ...(name.trim() ? { name } : {}),
      ...(number.trim() ? { number } : {}),
    });
    this.applyPhone(phone);
    this.select(phone.number);
  }

  async remove(number: string): Promise<void> {
    await this.#simulator.removePhone(number);
    this.removeLocally(number);
  }
}
