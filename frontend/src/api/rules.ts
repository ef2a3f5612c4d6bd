import rules from './rules.json';
import type { Channel, DeliveryStatus, DisplayStatus, Filter, MediaKind } from './types';

/**
 * The rules that the page shares with the functions, with their types.
 *
 * `rules.json` is generated from the functions' code (`make generate`).
 */

/** The longest texts, in characters. */
export const TEXT_LIMITS = rules.text_limits;
/** The fewest characters of a search. */
export const MIN_SEARCH_CHARACTERS = rules.min_search_characters;
/** The largest page of a list. */
export const MAX_PAGE_SIZE = rules.max_page_size;
/** The most conversations that one socket watches. */
export const MAX_WATCHED = rules.max_watched_conversations;

/** The filters of the conversation list, in the order in which they are shown. */
export const LIST_FILTERS = rules.filters as Filter[];
/** The channels, in the order in which they are shown. */
export const CHANNELS = rules.channels as Channel[];

/** The limits of one message's files, in bytes. */
interface MediaLimits {
  count: number;
  total: number;
  image: number;
  other: number;
}

export const MEDIA_LIMITS: Record<Channel, MediaLimits> = rules.media_limits;

/** How many of the first and last bytes of a file decide its type. */
export const FILE_SAMPLE = rules.file_sample;

/** Content types and their kinds. One that ends with a slash stands for all that begin with it. */
export const MEDIA_KINDS = Object.entries(rules.media_kinds) as [string, MediaKind][];

/** Twilio's statuses. The highest rank decides what is displayed. */
export const DELIVERY_STATUSES = rules.delivery_statuses as Record<
  DeliveryStatus,
  { rank: number; display: DisplayStatus }
>;

/** The display statuses of messages that were not delivered and may be resent. */
export const FAILED_STATUSES = rules.failed_statuses as DisplayStatus[];
