import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Temporal keeps its services' ports in a PostgreSQL `smallint`, and the system hands out none as low as that. */
const portMax = 32_767;
const triesMax = 100;

/** A TCP port that nobody listens on and that the Temporal server can write down. */
export async function lowPort(): Promise<number> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const port = randomInt(20_000, portMax + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`found no free port below ${portMax + 1} in ${triesMax} tries`);
}

async function isFree(port: number): Promise<boolean> {
  const listener = createServer();
  try {
    listener.listen({ port, host: '0.0.0.0' });
    await once(listener, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    listener.close();
  }
}
