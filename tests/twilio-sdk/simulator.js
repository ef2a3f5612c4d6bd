import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import twilio from 'twilio';

const root = new URL('../..', import.meta.url);

/**
 * Builds and starts the simulator, and creates a client of the official library that calls it.
 *
 * The simulator stops when its standard input is closed.
 */
export async function startSimulator() {
  const build = ['run', '--quiet', '--package', 'twilio-simulator', '--', '--json', '--sample-data'];
  const child = spawn('cargo', build, {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const known = JSON.parse(line);
  const { url, account_sid: accountSid, auth_token: authToken, number, whatsapp, service } = known;

  /** Returns the library's client. Only its base URLs differ: each product is below its own path. */
  const clientWith = (token) => {
    const client = twilio(accountSid, token);
    client.api.baseUrl = `${url}/api`;
    client.events.baseUrl = `${url}/events`;
    return client;
  };
  return {
    number,
    whatsapp,
    service,
    accountSid,
    authToken,
    client: clientWith(authToken),
    clientWith,
    async stop() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}
