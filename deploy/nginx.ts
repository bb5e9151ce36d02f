import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where the configuration of nginx lies, as it goes into the container too. */
const source = join(import.meta.dirname, 'nginx');

export interface NginxOptions {
  /** Folder for its configuration and what it writes. */
  readonly directory: string;
  /** Port of each process by its name in the container's network, such as `gateway-1` or `goals-next`. Who is not there is never reached. */
  readonly ports: Readonly<Record<string, number>>;
  /** By the port in the container's network, such as 4100, that of this machine. */
  readonly internalPorts: Readonly<Record<number, number>>;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly publicUrl: string;
  readonly certificate: { readonly cert: string; readonly key: string };
  /** Requests a second that one address may make, and how many at once beyond. */
  readonly addressRate?: number;
}

/** nginx of this machine's packages with the configuration of the container. */
export interface Nginx {
  /** Starts it in the foreground, in a process group of its own. It is there once it listens. */
  start(): ChildProcess;
  /** The command that speaks to it, as deploy/switch.sh wants it. */
  readonly command: string;
  /** Has it read its configuration again, as after a switch. */
  reload(): Promise<void>;
}

/** Fills the configuration in under `directory` and has nginx check it. @throws Error with what nginx says. */
export async function configureNginx(options: NginxOptions): Promise<Nginx> {
  const { directory, ports, internalPorts, httpPort, httpsPort, publicUrl, certificate, addressRate = 100 } = options;
  const conf = join(directory, 'conf');
  const tls = join(directory, 'tls');
  const run = join(directory, 'run');
  for (const folder of [join(conf, 'sets'), tls, run]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(tls, 'fullchain.pem'), certificate.cert);
  writeFileSync(join(tls, 'privkey.pem'), certificate.key, { mode: 0o600 });
  const values: Record<string, string> = {
    WORKERS: '1',
    RUN: run,
    CONF: conf,
    TLS: tls,
    ACCESS_LOG: join(directory, 'access.log'),
    HTTP_PORT: String(httpPort),
    HTTPS_PORT: String(httpsPort),
    INTERNAL: '127.0.0.1',
    GRAPH_PORT: '4100',
    PUBLIC_URL: publicUrl,
    ADDRESS_RATE: String(addressRate),
    ADDRESS_BURST: String(addressRate * 4),
    // Debian's nginx does not know what the container's is told here.
    KEEPALIVE: '',
  };
  const fill = (text: string) =>
    text
      .replace(/\$\{([A-Z_]+)\}/g, (_, name: string) => {
        const value = values[name];
        if (value === undefined) throw new Error(`The configuration of nginx has an unknown value: ${name}.`);
        return value;
      })
      .replace(/listen 127\.0\.0\.1:(\d+)/g, (_, port: string) => `listen 127.0.0.1:${internalPorts[Number(port)]}`)
      // Port 9 is nobody's: whoever is not there refuses the connection.
      .replace(/server ([\w-]+):4000/g, (_, name: string) => `server 127.0.0.1:${ports[name] ?? 9}`);
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.conf')) writeFileSync(join(conf, file), fill(readFileSync(join(source, file), 'utf8')));
  }
  copyFileSync(join(conf, 'sets/main.conf'), join(conf, 'active.conf'));
  const flags = ['-c', join(conf, 'nginx.conf'), '-p', run];
  const tell = (...what: string[]) => promisify(execFile)('nginx', [...flags, ...what]);
  await tell('-t', '-q');
  return {
    start: () => spawn('nginx', [...flags, '-g', 'daemon off;'], { stdio: ['ignore', 'pipe', 'pipe'], detached: true }),
    command: `nginx ${flags.join(' ')}`,
    reload: async () => void (await tell('-s', 'reload')),
  };
}
