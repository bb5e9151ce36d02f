import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { createCertificate } from '../../deploy/certificate.ts';
import { type Outside, type Resolved, theInternet } from '../../subgraphs/shared/http/connections.ts';

export type Site = (request: IncomingMessage, response: ServerResponse) => void;

export interface Visit {
  method: string;
  /** `https://news.example/path`, as the server saw it. */
  url: string;
  headers: IncomingMessage['headers'];
}

export interface Internet extends Outside {
  /** Names and their addresses. Those of the sites are there from the start. */
  names: Map<string, Resolved[]>;
  /** Every name that was asked for, and every address that was dialled. */
  lookups: string[];
  dials: string[];
  visits: Visit[];
  /** How often the listeners on loopback, which nobody is to reach, were connected to. */
  trespasses(): number;
  /** The port of those listeners. */
  canary: number;
  /** Ends the connections that servers hold. */
  hangUp(): void;
  stop(): Promise<void>;
}

/**
 * An internet within this machine: names with public addresses, and servers behind these on ports 80 and 443. Only the last
 * step is special: who dials one of these addresses gets a server on loopback. All other addresses are dialled as they
 * are, so that a client without a guard would reach the canary.
 */
export async function startInternet(sites: Record<string, Site>): Promise<Internet> {
  const names = new Map<string, Resolved[]>();
  const behind = new Map<string, number>();
  const visits: Visit[] = [];
  const answer = (scheme: string) => (request: IncomingMessage, response: ServerResponse) => {
    const { host = '' } = request.headers;
    const url = `${scheme}://${host}${request.url}`;
    visits.push({ method: request.method ?? '', url, headers: request.headers });
    const site = sites[host.replace(/:\d+$/, '')];
    if (site) site(request, response);
    else response.writeHead(421).end();
  };
  const certificate = createCertificate('localhost', ...Object.keys(sites));
  const [plain, secure] = [createServer(answer('http')), createSecureServer(certificate, answer('https'))];
  let trespasses = 0;
  const canary = createServer((_, response) => response.end('trespassed'));
  canary.on('connection', () => {
    trespasses += 1;
  });
  const servers: Server[] = [plain, secure, canary];
  for (const server of [plain, secure]) server.listen(0, '127.0.0.1');
  canary.listen(0, '::');
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const [plainPort, securePort, canaryPort] = servers.map((server) => (server.address() as AddressInfo).port);
  for (const [index, name] of Object.keys(sites).entries()) {
    const address = `93.184.216.${index + 1}`;
    names.set(name, [{ address, family: 4 }]);
    behind.set(`${address}:80`, plainPort!);
    behind.set(`${address}:8080`, plainPort!);
    behind.set(`${address}:443`, securePort!);
  }
  const lookups: string[] = [];
  const dials: string[] = [];
  return {
    ...theInternet,
    names,
    lookups,
    dials,
    visits,
    canary: canaryPort!,
    authorities: certificate.cert,
    async lookup(name) {
      lookups.push(name);
      const found = names.get(name);
      if (!found) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
      return found;
    },
    dial(addresses, port) {
      const place = `${addresses[0]?.address}:${port}`;
      dials.push(place);
      const here = behind.get(place);
      return here ? connect(here, '127.0.0.1') : theInternet.dial(addresses, port);
    },
    trespasses: () => trespasses,
    hangUp() {
      for (const server of servers) server.closeAllConnections();
    },
    async stop() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

/** Answers by path; of everything else there is nothing, robots.txt included. */
export function pages(paths: Record<string, string | Site>): Site {
  return (request, response) => {
    const page = paths[request.url ?? ''];
    if (page === undefined) return void response.writeHead(404).end();
    if (typeof page === 'function') return page(request, response);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  };
}

/** A site that sends everybody on. */
export const redirect =
  (location: string, status = 302): Site =>
  (_, response) => {
    response.writeHead(status, { location }).end();
  };
