import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * A TCP port of 127.0.0.1 that nobody listens on and that the system will not hand out again soon.
 *
 * Linux draws such ports at random, so two callers a moment apart can be given the same one. A connection
 * that the listening side closes first leaves the port in TIME_WAIT, which keeps it out of the draw for a
 * minute but does not stop a server from listening on it (the Temporal SDK's core does the same).
 */
export async function freePort(): Promise<number> {
  const listener = createServer();
  listener.listen({ port: 0, host: '127.0.0.1' });
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP listener has no port');
  const accepted = once(listener, 'connection');
  const visitor = connect({ port: address.port, host: '127.0.0.1' });
  visitor.resume();
  const [socket] = await accepted;
  socket.end();
  await once(visitor, 'end');
  visitor.destroy();
  listener.close();
  await once(listener, 'close');
  return address.port;
}
