import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Config } from '../config.ts';

/** Objects in the bucket of backups. Names are without the prefix. */
export interface Storage {
  /** Streams an object in parts of 16 MB, two at a time; the object exists only when all of it has arrived. */
  upload(name: string, body: Readable, signal: AbortSignal): Promise<void>;
  put(name: string, body: string | Buffer): Promise<void>;
  /** @returns null when there is no such object */
  read(name: string, signal?: AbortSignal): Promise<Readable | null>;
  list(folder: string): AsyncGenerator<StoredObject>;
  remove(name: string): Promise<void>;
  close(): void;
}

export interface StoredObject {
  name: string;
  bytes: number;
  storedAt: Date;
}

/** Times in milliseconds; tests shorten them. */
export interface StorageTimes {
  connect: number;
  /** Until an answer begins, and between two bytes of one. */
  silence: number;
  /** A small call altogether, its retries included. */
  call: number;
}
const usualTimes: StorageTimes = { connect: 5_000, silence: 60_000, call: 180_000 };

/** Ten thousand parts are the most that S3 takes: a sealed object may have 160 GB. */
const partBytes = 16 * 1024 * 1024;

type Place = Pick<
  Config,
  | 'BACKUP_S3_BUCKET'
  | 'BACKUP_S3_ENDPOINT'
  | 'BACKUP_S3_REGION'
  | 'BACKUP_S3_PREFIX'
  | 'BACKUP_S3_ACCESS_KEY_ID'
  | 'BACKUP_S3_SECRET_ACCESS_KEY'
  | 'BACKUP_S3_PATH_STYLE'
>;

/** Opens the bucket of the configuration. Each call is tried three times at most and has a deadline. */
export function openStorage(config: Place, times: StorageTimes = usualTimes): Storage {
  const client = openClient(config, times);
  const bucket = config.BACKUP_S3_BUCKET!;
  const keyOf = (name: string) => `${config.BACKUP_S3_PREFIX}/${name}`;
  const deadline = (signal?: AbortSignal) =>
    signal ? AbortSignal.any([signal, AbortSignal.timeout(times.call)]) : AbortSignal.timeout(times.call);
  return {
    async upload(name, body, signal) {
      const upload = new Upload({
        client,
        params: { Bucket: bucket, Key: keyOf(name), Body: body },
        partSize: partBytes,
        queueSize: 2,
        leavePartsOnError: false,
      });
      const abort = () => void upload.abort().catch(() => {});
      signal.addEventListener('abort', abort, { once: true });
      try {
        signal.throwIfAborted();
        await upload.done();
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    async put(name, body) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(name), Body: body }), {
        abortSignal: deadline(),
      });
    },
    async read(name, signal) {
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(name) }), {
          abortSignal: signal ?? AbortSignal.timeout(times.call),
        });
        return answer.Body as Readable;
      } catch (error) {
        if (error instanceof NoSuchKey || (error as Error).name === 'NoSuchKey') return null;
        throw error;
      }
    },
    async *list(folder) {
      for (let token: string | undefined; ; ) {
        const answer = await client.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: keyOf(`${folder}/`), ContinuationToken: token }),
          { abortSignal: deadline() },
        );
        for (const { Key, Size, LastModified } of answer.Contents ?? []) {
          yield {
            name: Key!.slice(config.BACKUP_S3_PREFIX.length + 1),
            bytes: Size ?? 0,
            storedAt: LastModified ?? new Date(0),
          };
        }
        if (!answer.IsTruncated) return;
        token = answer.NextContinuationToken;
      }
    },
    async remove(name) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(name) }), { abortSignal: deadline() });
    },
    close: () => client.destroy(),
  };
}

function openClient(config: Place, times: StorageTimes): S3Client {
  const { BACKUP_S3_ACCESS_KEY_ID: accessKeyId, BACKUP_S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  const settings: S3ClientConfig = {
    region: config.BACKUP_S3_REGION,
    forcePathStyle: config.BACKUP_S3_PATH_STYLE === 'yes',
    maxAttempts: 3,
    // Our own hashes cover every byte; not everything that speaks the protocol knows the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: times.connect,
      requestTimeout: times.silence,
      socketTimeout: times.silence,
      throwOnRequestTimeout: true,
    },
    ...(config.BACKUP_S3_ENDPOINT && { endpoint: config.BACKUP_S3_ENDPOINT }),
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
  };
  return quietly(() => new S3Client(settings));
}

/** The SDK tells everybody on Node 20 that it will one day want a newer one; its own switch for that is an environment variable. */
function quietly<T>(make: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return make();
  } finally {
    process.emitWarning = emitWarning;
  }
}
