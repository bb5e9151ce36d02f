import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that can be made slow, or cut. */
export interface TcpProxy {
  port: number;
  /** Port that is behind it. */
  target: number;
  /** Milliseconds that every piece of data waits, either way. */
  delay: number;
  /** Cuts every connection; while it is `down` nobody gets a new one that works. */
  cut(): void;
  down: boolean;
  stop(): Promise<void>;
}

/** Starts a proxy in front of a port of this machine. */
export async function startProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    if (proxy.down) return void near.destroy();
    const far = connect(proxy.target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      // Pieces stay in order: timers of the same length fire in turn, and a later, shorter one waits for those before it.
      let before = Promise.resolve();
      const later = (then: () => void) => {
        const { delay } = proxy;
        if (delay === 0) before = before.then(then);
        else {
          const wait = new Promise<void>((done) => void setTimeout(done, delay));
          before = Promise.all([before, wait]).then(then);
        }
      };
      from.on('data', (piece) => later(() => void to.write(piece)));
      from.on('end', () => later(() => void to.end()));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        later(() => to.destroy());
      });
    }
  });
  const proxy: TcpProxy = {
    port: 0,
    target,
    delay: 0,
    down: false,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      proxy.cut();
      await new Promise((done) => server.close(done));
    },
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}
