import { describe, expect, it } from 'vitest';
import { SingleFlight } from './single-flight.svelte';

/** Creates a loader whose runs the test ends. */
function held() {
  const begun: { end: () => void; fail: () => void }[] = [];
  const run = () =>
    new Promise<void>((end, fail) => begun.push({ end, fail: () => fail(new Error('no')) }));
  return { begun, run, reading: new SingleFlight(run) };
}

describe('a single-flight loader', () => {
  it('runs once more for calls during a run', async () => {
    const { begun, reading } = held();
    const first = reading.run();
    const [second, third] = [reading.run(), reading.run()];
    expect(begun).toHaveLength(1);
    begun[0]!.end();
    await first;
    await Promise.resolve();
    expect(begun).toHaveLength(2);
    const fourth = reading.run();
    begun[1]!.end();
    await Promise.all([second, third]);
    await Promise.resolve();
    expect(begun).toHaveLength(3);
    begun[2]!.end();
    await fourth;
    expect([begun.length, reading.busy]).toEqual([3, false]);
  });

  it('runs once more after one that failed', async () => {
    const { begun, reading } = held();
    const first = reading.run();
    const second = reading.run();
    begun[0]!.fail();
    await expect(first).rejects.toThrow('no');
    begun[1]!.end();
    await second;
    expect(reading.busy).toBe(false);
  });

  it('runs another loader only when idle', async () => {
    const { begun, reading, run } = held();
    const further = reading.runIfIdle(run);
    await reading.runIfIdle(run);
    expect([begun.length, reading.busy]).toEqual([1, true]);
    const followUp = reading.run();
    begun[0]!.end();
    await further;
    await Promise.resolve();
    await reading.runIfIdle(run);
    expect(begun).toHaveLength(2);
    begun[1]!.end();
    await followUp;
    expect(reading.busy).toBe(false);
  });
});
