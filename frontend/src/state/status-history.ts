import type { Message, DeliveryStatus } from '../api/types';
import { compareTimes } from './message-status';

/** One delivery status with its time. */
export interface StatusStep {
  status: DeliveryStatus;
  /** ISO 8601. */
  at: string;
  code: number | null;
}

/** Returns all delivery statuses of a message in order of time. */
export function statusHistory({ statuses }: Pick<Message, 'statuses'>): StatusStep[] {
  return (
    Object.entries(statuses) as [DeliveryStatus, NonNullable<Message['statuses'][DeliveryStatus]>][]
  )
    .map(([status, { at, error_code: code }]) => ({ status, at, code: code ?? null }))
    .sort((a, b) => compareTimes(a.at, b.at));
}

/** Returns the price without its sign, for example "0.0079 USD". */
export function formatPrice(price: Message['price']): string | null {
  if (!price || !/^-?\d+(\.\d+)?$/.test(price.amount)) return null;
  return `${price.amount.replace('-', '')} ${price.unit.toUpperCase()}`;
}
