import type { Message, DeliveryStatus } from '../api/types';

/** One report of Twilio's. */
export interface StatusStep {
  status: DeliveryStatus;
  /** ISO 8601. */
  at: string;
  code: number | null;
}

/** Everything Twilio reported of a message, in the order in which it was heard of. */
export function statusHistory({ seen }: Pick<Message, 'seen'>): StatusStep[] {
  return (Object.entries(seen) as [DeliveryStatus, NonNullable<Message['seen'][DeliveryStatus]>][])
    .map(([status, { at, code }]) => ({ status, at, code: code ?? null }))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** "0.0079 USD": what was charged, without its minus. */
export function formatPrice(price: Message['price']): string | null {
  if (!price || !/^-?\d+(\.\d+)?$/.test(price.amount)) return null;
  return `${price.amount.replace('-', '')} ${price.unit.toUpperCase()}`;
}
