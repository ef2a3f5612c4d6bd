import process from 'node:process';

/** A reporter for `node --test` that fails a run in which no test passed, for example because no file was found. */
export default async function* requireTests(events) {
  let passed = 0;
  for await (const { type, data } of events) {
    // A file without tests is reported as a test with the name of the file.
    if (type === 'test:pass' && data.name !== data.file && !data.skip && !data.todo) passed += 1;
  }
  if (passed === 0) {
    process.exitCode = 1;
    yield 'No test ran.\n';
  }
}
