/** Texts of the quarantine. */
export const quarantineStrings = {
  title: 'Quarantine',
  text: 'Requests from Twilio that couldn’t be processed. Nothing is lost. Fix the cause, then release them.',
  empty: 'Quarantine is empty.',
  count: (count: number) => (count === 1 ? 'once' : `${String(count)} times`),
  rawRequest: 'Raw request',
  invalidSignature: 'Invalid Twilio signature.',
  truncated: 'Truncated: the request was too large to store in full.',
  shortened: 'Only the beginning is shown.',
  release: 'Release',
  releaseAll: (count: number) => `Release all ${String(count)}`,
  remaining: (count: number) =>
    count === 1
      ? '1 request still can’t be processed.'
      : `${String(count)} requests still can’t be processed.`,
  releasing: 'Releasing…',
  more: 'Show more',
};
