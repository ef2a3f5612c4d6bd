/** Texts of the server and the simulator by key. English is empty: responses contain it. */
import type { LocalizedTexts, TwilioCodes } from '../catalog';

/** Texts of API responses. */
export const localizedTexts: Partial<LocalizedTexts> = {};

/** Twilio's error codes. */
export const twilioCodes: Partial<TwilioCodes> = {};
