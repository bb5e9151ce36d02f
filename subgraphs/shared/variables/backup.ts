import { CronExpressionParser } from 'cron-parser';
import { z } from 'zod';
import { choice, integer, key, list, url } from './forms.ts';

function isSchedule(text: string): boolean {
  if (text === 'off') return true;
  try {
    CronExpressionParser.parse(text, { tz: 'UTC' });
    return text.trim().split(/\s+/).length === 5;
  } catch {
    return false;
  }
}

/** Where backups go, how they are sealed, when they are made and how long they stay. */
export const backupVariables = {
  BACKUP_S3_BUCKET: z
    .string()
    .regex(/^[\w.-]{3,255}$/, 'must be the name of a bucket')
    .optional()
    .describe('Bucket for backups, at S3 or what speaks its protocol. Unset: there are no backups'),
  BACKUP_S3_ENDPOINT: url(['http:', 'https:']).optional().describe('Address of that storage. Unset: AWS'),
  BACKUP_S3_REGION: z.string().default('us-east-1').describe('Region of the bucket'),
  BACKUP_S3_PREFIX: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*$/, 'must be names with single slashes between them')
    .default('jarvis')
    .describe('What the names of all objects begin with'),
  BACKUP_S3_ACCESS_KEY_ID: z.string().optional().describe('Access key. Unset: the AWS SDK looks where it always does'),
  BACKUP_S3_SECRET_ACCESS_KEY: z.string().optional().describe('Secret of that access key'),
  BACKUP_S3_PATH_STYLE: choice('yes', 'no')
    .default('yes')
    .describe('yes: the bucket is in the path of addresses, as most that speak the protocol want it. no: in the host'),
  BACKUP_KEY: key
    .optional()
    .describe(
      'Key that seals backups (AES-256-GCM), other than ENCRYPTION_KEY. Without it no backup can be read: keep it elsewhere, too',
    ),
  OLD_BACKUP_KEYS: list
    .pipe(z.array(key))
    .default([])
    .describe('Comma-separated earlier values of BACKUP_KEY: what they sealed can still be restored'),
  BACKUP_SCHEDULE: z
    .string()
    .refine(isSchedule, { message: 'must be cron with five fields, like 0 3 * * *, or off' })
    .default('0 3 * * *')
    .describe('When backups are made: cron with five fields, in UTC. off: only by npm run backup'),
  BACKUP_KEEP_DAILY: integer(1, 1000).default(7).describe('Newest backups of so many days are kept'),
  BACKUP_KEEP_WEEKLY: integer(0, 1000).default(4).describe('Likewise of weeks (ISO 8601)'),
  BACKUP_KEEP_MONTHLY: integer(0, 1000).default(12).describe('Likewise of months'),
} as const;

/** What is wrong with variables of backups together. */
export function backupProblems(
  config: z.infer<z.ZodObject<typeof backupVariables>> & { ENCRYPTION_KEY?: string | undefined },
) {
  const problems: string[] = [];
  if (config.BACKUP_S3_BUCKET && !config.BACKUP_KEY)
    problems.push('BACKUP_KEY must be set when BACKUP_S3_BUCKET is: backups are never stored unsealed');
  if (config.BACKUP_KEY && config.BACKUP_KEY === config.ENCRYPTION_KEY)
    problems.push(
      'BACKUP_KEY must be another than ENCRYPTION_KEY: who holds backups need not read the secrets in them',
    );
  if (!config.BACKUP_S3_ACCESS_KEY_ID !== !config.BACKUP_S3_SECRET_ACCESS_KEY)
    problems.push('BACKUP_S3_ACCESS_KEY_ID and BACKUP_S3_SECRET_ACCESS_KEY must be set together');
  return problems;
}
