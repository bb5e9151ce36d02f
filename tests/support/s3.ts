import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface LocalS3 {
  url: string;
  /** What makes Jarvis use it: one bucket, and a key for backups of its own. */
  env: Record<string, string>;
  /** Asked first: whoever returns true has answered (or never will). */
  fault: (request: IncomingMessage, response: ServerResponse) => boolean;
  stop(): Promise<void>;
}

/** s3rver has no types. */
type S3rver = new (
  options: object,
) => { configureBuckets(): Promise<unknown>; callback(): (request: IncomingMessage, response: ServerResponse) => void };

/** A server on this machine that speaks S3's protocol, with a bucket in a folder of its own. */
export async function startS3(): Promise<LocalS3> {
  const directory = mkdtempSync(join(tmpdir(), 'jarvis-s3-'));
  const Server = createRequire(import.meta.url)('@20minutes/s3rver') as S3rver;
  const s3 = new Server({
    directory,
    silent: true,
    allowMismatchedSignatures: true,
    configureBuckets: [{ name: 'backups' }],
  });
  await s3.configureBuckets();
  const answer = s3.callback();
  const server = createServer((request, response) => {
    if (!local.fault(request, response)) answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const local: LocalS3 = {
    url,
    env: {
      BACKUP_S3_ENDPOINT: url,
      BACKUP_S3_BUCKET: 'backups',
      BACKUP_S3_ACCESS_KEY_ID: 'S3RVER',
      BACKUP_S3_SECRET_ACCESS_KEY: 'S3RVER',
      BACKUP_KEY: randomBytes(32).toString('hex'),
    },
    fault: () => false,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return local;
}
