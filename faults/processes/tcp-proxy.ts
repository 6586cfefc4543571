import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire between a worker and a service that can be cut as a network is: nothing arrives, and nobody is told. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** From now on bytes of both sides go nowhere; new connections are taken and stay silent. */
  cut(): void;
  /** What was held back arrives, as a network's retransmissions would bring it. */
  mend(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const carry = (from: Socket, to: Socket): void => {
    sockets.add(from);
    if (isCut) from.pause();
    from.on('data', (bytes) => void to.write(bytes));
    // A closed connection is news, too, which a cut wire does not carry.
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      if (!isCut) to.destroy();
    });
    if (isCut) from.pause();
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ ...target, allowHalfOpen: true });
    carry(near, far);
    carry(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy is not listening');
  return {
    host: '127.0.0.1',
    port: address.port,
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.pause();
    },
    mend: () => {
      isCut = false;
      for (const socket of sockets) socket.resume();
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server, 'close');
    },
  };
}

/** `"127.0.0.1:7233"` or an http URL, as the proxy takes it. */
export function placeOf(address: string): { host: string; port: number } {
  const { hostname, port } = new URL(address.includes('://') ? address : `tcp://${address}`);
  return { host: hostname, port: Number(port) };
}
