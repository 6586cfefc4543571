import type { Socket } from 'node:net';
import { buildConnector } from 'undici';
import { networkCodeOf } from './body.ts';

/**
 * A connector whose sockets are reset (RST), not closed (FIN), when a request on them is given up.
 *
 * A closed socket's kernel goes on delivering what is in its send buffer, for minutes while the network is
 * down. A create that timed out here could so still arrive, after its caller looked for the job, found none
 * and asked again. A reset throws the buffer away.
 *
 * @param timeoutMs the longest a TCP connection may take, and as much again its TLS handshake, in milliseconds.
 */
export function resettingConnector(timeoutMs: number): buildConnector.connector {
  const connectTcp = buildConnector({ timeout: timeoutMs });
  const connectTls = buildConnector({ timeout: timeoutMs });
  return (options, callback) => {
    const tls = options.protocol === 'https:';
    const tcpOptions = { ...options, protocol: 'http:', port: options.port || (tls ? '443' : '80') };
    connectTcp(tcpOptions, (...[error, tcpSocket]) => {
      if (error !== null) {
        callback(error, null);
      } else if (tls) {
        // The TLS socket closes the TCP socket below it, so that the reset is asked for down there.
        connectTls({ ...options, httpSocket: tcpSocket }, (...[tlsError, tlsSocket]) => {
          if (tlsError !== null) callback(tlsError, null);
          else callback(null, resetWhenGivenUp(tlsSocket, tcpSocket));
        });
      } else {
        callback(null, resetWhenGivenUp(tcpSocket, tcpSocket));
      }
    });
  };
}

function resetWhenGivenUp(socket: Socket, tcpSocket: Socket): Socket {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error?: Error): Socket => {
    // `resetAndDestroy` would wait for the writes to end, refuses TLS sockets and loses the error; this is
    // the property by which it tells `_destroy` to reset. Where Node does not know it, nothing changes.
    if (isGivingUp(error)) Reflect.set(tcpSocket, 'resetAndClosing', true);
    return destroy(error);
  };
  return socket;
}

const GIVING_UP_CODES: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

function isGivingUp(error: Error | undefined): boolean {
  const code = networkCodeOf(error);
  if (code === undefined) return false;
  // 'aborted' is undici's word for a request that was aborted; its other informational errors are about
  // idle sockets.
  return GIVING_UP_CODES.has(code) || (code === 'UND_ERR_INFO' && error?.message === 'aborted');
}
