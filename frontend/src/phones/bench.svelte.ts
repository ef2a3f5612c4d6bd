import { SvelteMap } from 'svelte/reactivity';
import { type Network, NetworkError } from './api';
import type { Channel } from './channel';
import { DeskWatch } from './desk-watch';
import { Handset } from './handset.svelte';
import { phones as strings } from '../strings';
import type { Phone, PhoneMessage } from './types';

/** The phones, which of them is in the hand, and the network's time. */
export class Bench {
  readonly desk = new DeskWatch();
  numbers = $state.raw<string[]>([]);
  chosen = $state<string | null>(null);
  /** Nothing is known yet. */
  starting = $state(true);
  problem = $state<string | null>(null);
  /** How far the system's clock is ahead of this machine's, ms. */
  ahead = $state(0);

  readonly #handsets = new SvelteMap<string, Handset>();
  readonly handsets = $derived(
    [...this.#handsets.values()].sort(
      (a, b) => a.addedAt - b.addedAt || a.number.localeCompare(b.number),
    ),
  );
  readonly inHand = $derived(
    this.handsets.find((handset) => handset.number === this.chosen) ?? this.handsets[0] ?? null,
  );

  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  /** Reads the bench and follows it. Returns what ends that. */
  start(): () => void {
    const stream = this.#network.listen();
    const told = <T>(act: (data: T) => void) => {
      return (event: MessageEvent<string>) => act(JSON.parse(event.data) as T);
    };
    stream.addEventListener(
      'phone',
      told((phone: Phone) => this.apply(phone)),
    );
    stream.addEventListener(
      'gone',
      told((phone: Phone) => this.forget(phone.number)),
    );
    stream.addEventListener(
      'message',
      told((message: PhoneMessage) => this.applyMessage(message)),
    );
    stream.addEventListener('lost', () => void this.read());
    stream.addEventListener('open', () => void this.read());
    stream.addEventListener('error', () => {
      this.problem = strings.cutOff;
      // It does not come back by itself: reading says why.
      if (stream.readyState === stream.CLOSED) void this.read();
    });
    return () => stream.close();
  }

  /** Reads everything anew: at the start, and after the stream was cut. */
  async read(): Promise<void> {
    try {
      const view = await this.#network.bench();
      this.numbers = view.numbers;
      this.ahead = Date.parse(view.now) - Date.now();
      const present = new Set(view.phones.map((phone) => phone.number));
      for (const number of this.#handsets.keys()) if (!present.has(number)) this.forget(number);
      await Promise.all(view.phones.map((phone) => this.apply(phone).read()));
      this.problem = null;
      this.starting = false;
    } catch (thrown) {
      this.problem = thrown instanceof NetworkError ? thrown.message : strings.unexpected;
    }
  }

  /** A phone is there, or has changed. */
  apply(phone: Phone): Handset {
    const handset =
      this.#handsets.get(phone.number) ?? new Handset(phone.number, this.#network, this.desk);
    handset.apply(phone);
    this.#handsets.set(phone.number, handset);
    return handset;
  }

  forget(number: string): void {
    this.#handsets.delete(number);
    if (this.chosen === number) this.chosen = null;
  }

  applyMessage(message: PhoneMessage): void {
    const handset = this.#handsets.get(message.phone);
    if (!handset) return;
    handset.applyMessage(message, true);
    if (message.from_phone) return;
    if (handset === this.inHand) void handset.see();
    else handset.waits = true;
  }

  choose(number: string): void {
    this.chosen = number;
    const handset = this.#handsets.get(number);
    if (!handset) return;
    handset.waits = false;
    void handset.see();
  }

  /** A new customer, whose phone is then in the hand. Throws the network's sentence. */
  async add(name: string, number: string, channel: Channel = 'sms'): Promise<void> {
    const phone = await this.#network.add({
      channel,
      ...(name.trim() ? { name } : {}),
      ...(number.trim() ? { number } : {}),
    });
    this.apply(phone);
    this.choose(phone.number);
  }

  async remove(number: string): Promise<void> {
    await this.#network.remove(number);
    this.forget(number);
  }
}
