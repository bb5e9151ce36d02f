import { lookup as systemLookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { type Clock, systemClock } from '../clock.ts';
import { reachOf } from './addresses.ts';
import { FetchRefused } from './refusals.ts';

/** An address as `dns.lookup` gives it. */
export interface Resolved {
  address: string;
  family: number;
}

/** What lies outside of this process: names, sockets, certificates, time. Tests bring an internet of their own. */
export interface Outside {
  /** All addresses of a name. */
  lookup(hostname: string): Promise<Resolved[]>;
  /** Opens a connection to one of these addresses, and to nothing else: they are the ones that were checked. */
  dial(addresses: readonly Resolved[], port: number): Socket;
  clock: Clock;
  /** Certificates (PEM) that are trusted instead of the usual ones. */
  authorities?: string;
}

export const theInternet: Outside = {
  lookup: (hostname) => systemLookup(hostname, { all: true }),
  dial: (addresses, port) =>
    connect({
      host: 'checked',
      port,
      // Node tries one after the other, alternating between the families.
      autoSelectFamily: true,
      lookup: (_, __, done) => done(null, [...addresses]),
    }),
  clock: systemClock,
};

const headerBytes = 16_384;
const connectTime = 10_000;

/**
 * Connections that were checked when they were made: names are resolved here, once, every address of the answer must be
 * allowed, and those very addresses are dialled. A later request over a kept connection goes where the check was.
 */
export function createConnections({ lookup, dial, clock, authorities }: Outside, allowPrivate: boolean): Agent {
  const secure = buildConnector({ allowH2: false, timeout: connectTime, ...(authorities && { ca: authorities }) });

  async function open(hostname: string, port: number): Promise<Socket> {
    const family = isIP(hostname);
    const addresses = family ? [{ address: hostname, family }] : await lookup(hostname);
    if (addresses.length === 0) throw new Error(`${hostname} has no address`);
    for (const { address } of addresses) {
      const reach = reachOf(address);
      if (reach === 'NEVER' || (reach === 'PRIVATE' && !allowPrivate))
        throw new FetchRefused('FORBIDDEN_ADDRESS', 'This address leads into a network that Jarvis does not enter.');
    }
    return connected(dial(addresses, port), clock);
  }

  return new Agent({
    connect(options, done) {
      const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
      open(options.hostname, port).then(
        (socket) =>
          options.protocol === 'https:' ? secure({ ...options, httpSocket: socket }, done) : done(null, socket),
        (error) => done(error, null),
      );
    },
    maxHeaderSize: headerBytes,
    // Our own deadlines decide; these only end what nobody waits for any more.
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 10_000,
  });
}

function connected(socket: Socket, clock: Clock): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const forget = clock.after(connectTime, () => socket.destroy(new Error('the connection takes too long')));
    socket
      .setNoDelay(true)
      .once('connect', () => {
        forget();
        resolve(socket);
      })
      // Stays: between here and whoever takes over, an error must not be nobody's.
      .on('error', (error) => {
        forget();
        reject(error);
      });
  });
}
