import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CheckResult } from '../api/types';
import { SendChecker, firstBlockingReason } from './send-check.svelte';

const yes: CheckResult = { decision: 'allowed', retry_at: null, reasons: [], segments: null };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('checks a conversation at once and a text after a pause', async () => {
  const checkMessage = vi.fn(() => Promise.resolve(yes));
  const checker = new SendChecker({ checkMessage });
  checker.check('c1', '', 1);
  await vi.advanceTimersByTimeAsync(0);
  expect(checkMessage).toHaveBeenCalledTimes(1);
  checker.check('c1', 'H', 1);
  checker.check('c1', 'Hi', 1);
  await vi.advanceTimersByTimeAsync(299);
  expect(checkMessage).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(checkMessage).toHaveBeenLastCalledWith('c1', { body: 'Hi', media: [] }, expect.anything());
  expect(checker.result).toEqual(yes);
});

test('checks the same text once', async () => {
  const checkMessage = vi.fn(() => Promise.resolve(yes));
  const checker = new SendChecker({ checkMessage });
  for (const rev of [1, 1, 2]) {
    checker.check('c1', 'Hi', rev);
    await vi.advanceTimersByTimeAsync(300);
  }
  expect(checkMessage).toHaveBeenCalledTimes(2);
});

test('checks files by type and size', async () => {
  const checkMessage = vi.fn(() => Promise.resolve(yes));
  const checker = new SendChecker({ checkMessage });
  const file = { upload_id: 'u', name: 'a.gif', content_type: 'image/gif', size: 7 };
  checker.check('c1', '', 1);
  checker.check('c1', '', 1, [file]);
  await vi.advanceTimersByTimeAsync(300);
  const media = [{ content_type: 'image/gif', size: 7 }];
  expect(checkMessage.mock.calls).toEqual([['c1', { body: '', media }, expect.anything()]]);
});

test('ignores the result for an older text', async () => {
  const results: ((result: CheckResult) => void)[] = [];
  const checker = new SendChecker({
    checkMessage: () => new Promise((resolve) => results.push(resolve)),
  });
  checker.check('c1', 'STOP', 1);
  await vi.advanceTimersByTimeAsync(300);
  checker.check('c2', 'Hi', 1);
  results[0]?.({ ...yes, decision: 'denied' });
  await vi.advanceTimersByTimeAsync(0);
  expect(checker.result).toBeNull();
});

test('prevents nothing when the server is unreachable', async () => {
  const checker = new SendChecker({ checkMessage: () => Promise.reject(new Error('offline')) });
  checker.check('c1', 'Hi', 1);
  await vi.advanceTimersByTimeAsync(300);
  expect(checker.result).toBeNull();
});

test('repeats the check when sending becomes possible, unless the text has changed', async () => {
  vi.setSystemTime('2026-11-03T10:00:00Z');
  const wait: CheckResult = { ...yes, decision: 'wait', retry_at: '2026-11-03T10:00:30Z' };
  const checkMessage = vi.fn(() => Promise.resolve(yes)).mockResolvedValueOnce(wait);
  const checker = new SendChecker({ checkMessage });
  checker.check('c1', 'Hi', 1);
  await vi.advanceTimersByTimeAsync(29_999);
  expect([checkMessage.mock.calls.length, checker.result]).toEqual([1, wait]);
  await vi.advanceTimersByTimeAsync(1);
  expect([checkMessage.mock.calls.length, checker.result]).toEqual([2, yes]);
  checkMessage.mockResolvedValueOnce(wait);
  checker.check('c1', 'Hi there', 1);
  await vi.advanceTimersByTimeAsync(300);
  checker.check('c1', '', 1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(checkMessage).toHaveBeenCalledTimes(4);
});

test('does not let a reason that the page checks itself prevent the next text', () => {
  const of = (...codes: CheckResult['reasons'][number]['code'][]): CheckResult => {
    const said = { key: 'send.empty', values: {} };
    const words = { text: '', localized_text: said, advice: '', localized_advice: said };
    const reasons = codes.map((code) => ({ code, ...words }));
    return { ...yes, decision: 'denied', reasons };
  };
  expect(firstBlockingReason(null)).toBeUndefined();
  expect(
    firstBlockingReason(of('empty', 'too_long', 'too_many_media', 'media_too_large')),
  ).toBeUndefined();
  expect(firstBlockingReason(of('too_many_media', 'opted_out'))?.code).toBe('opted_out');
});
