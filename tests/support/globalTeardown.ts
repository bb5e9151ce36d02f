import { rmSync } from 'node:fs';

export default async function globalTeardown(): Promise<void> {
  const cluster = globalThis.jarvisTestCluster;
  await cluster?.server.stop({ force: true });
  for (const folder of cluster ? [cluster.directory, cluster.dist] : []) {
    rmSync(folder, { recursive: true, force: true });
  }
}
