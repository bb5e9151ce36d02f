import { rmSync } from 'node:fs';

export default async function globalTeardown(): Promise<void> {
  const cluster = globalThis.jarvisTestCluster;
  await cluster?.server.stop({ force: true });
  if (cluster) rmSync(cluster.directory, { recursive: true, force: true });
}
