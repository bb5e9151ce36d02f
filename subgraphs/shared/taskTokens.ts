import type { Scope, TaskKind, Viewer } from './context.ts';
import { randomToken, sha256 } from './crypto.ts';
import type { Db, Tx } from './db.ts';

/** By this, a bearer is known as a task token. */
export const taskTokenPrefix = 'jtt_';

/** Who a task works for, and what it may do there. */
export interface Task {
  userId: string;
  kind: TaskKind;
  /** Id of what it is about (a message, a run of a rule, a result of research): the actor in events and the audit log. */
  taskId: string;
  scopes: readonly Scope[];
  /** The session or API key on whose behalf it works, or the run of a rule that asked for it. Null for scheduled work. */
  behalf: { kind: 'session' | 'apiKey' | 'automation'; id: string } | null;
  /** What it follows from: the events of what it does name it. */
  causationId?: string | null;
}

/** Never longer than this, in seconds. */
const longestLife = 15 * 60;

/**
 * Makes a token for one task of Jarvis's own: narrow scopes, minutes long, never the right to manage the account. It ends with its time, when
 * the session or key behind it ends, or when it is revoked. Only its hash is stored.
 */
export async function issueTaskToken(db: Tx, task: Task, now: Date, seconds: number): Promise<string> {
  const token = randomToken(taskTokenPrefix);
  await db.taskToken.create({
    data: {
      hash: sha256(token),
      userId: task.userId,
      kind: task.kind,
      taskId: task.taskId,
      scopes: task.scopes.filter((scope) => scope !== 'account:manage'),
      behalfKind: task.behalf?.kind ?? null,
      behalfId: task.behalf?.id ?? null,
      causationId: task.causationId ?? null,
      expiresAt: new Date(now.getTime() + Math.min(seconds, longestLife) * 1_000),
      createdAt: now,
    },
  });
  return token;
}

/** Ends every token of a task. */
export async function revokeTaskTokens(db: Tx, userId: string, taskId: string): Promise<void> {
  await db.taskToken.deleteMany({ where: { userId, taskId } });
}

/** Runs work with a token that ends with it. */
export async function withTaskToken<T>(
  db: Db,
  task: Task,
  options: { now: Date; seconds: number },
  work: (token: string) => Promise<T>,
): Promise<T> {
  const token = await issueTaskToken(db, task, options.now, options.seconds);
  try {
    return await work(token);
  } finally {
    await db.taskToken.deleteMany({ where: { userId: task.userId, hash: sha256(token) } }).catch(() => {});
  }
}

/** Who is behind a task token that holds now, and until when. Null when it does not, or not any more. */
export async function findTaskToken(
  db: Tx,
  token: string,
  now: Date,
): Promise<{ viewer: Viewer; expiresAt: Date } | null> {
  if (token.length > 200) return null;
  const [row] = await db.$queryRaw<
    {
      user_id: string;
      kind: TaskKind;
      task_id: string;
      scopes: Scope[];
      expires_at: Date;
      causation_id: string | null;
    }[]
  >`
    SELECT token.user_id, token.kind, token.task_id, token.scopes, token.expires_at, token.causation_id
    FROM task_tokens token JOIN users ON users.id = token.user_id
    WHERE token.hash = ${sha256(token)} AND token.expires_at > ${now}::timestamptz
      AND users.suspended_at IS NULL AND users.deletion_scheduled_at IS NULL
      AND CASE token.behalf_kind
        WHEN 'session' THEN EXISTS (
          SELECT 1 FROM sessions WHERE user_id = token.user_id AND id = token.behalf_id AND revoked_at IS NULL)
        WHEN 'apiKey' THEN EXISTS (
          SELECT 1 FROM api_keys WHERE user_id = token.user_id AND id = token.behalf_id AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > ${now}::timestamptz))
        WHEN 'automation' THEN EXISTS (SELECT 1 FROM rule_runs WHERE user_id = token.user_id AND id = token.behalf_id)
        ELSE true END`;
  if (!row) return null;
  return {
    viewer: {
      userId: row.user_id,
      kind: row.kind,
      credentialId: row.task_id,
      scopes: row.scopes,
      // A task is for the data of its person, not for running the installation.
      roles: ['USER'],
      ...(row.causation_id !== null && { causationId: row.causation_id }),
    },
    expiresAt: row.expires_at,
  };
}
