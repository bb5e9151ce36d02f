import { Prisma } from '../shared/db.ts';
import type { JobDefinition } from '../shared/jobs.ts';
import { closeLostCalls } from '../shared/models/ledger.ts';
import type { Platform } from '../shared/platform.ts';
import { type Task, withTaskToken } from '../shared/taskTokens.ts';
import type { Ask as AskInsights } from './insights/documents.ts';
import { insightJob, insightScopes } from './insights/job.ts';
import { phraseByModel } from './insights/wording.ts';
import { writeReply } from './reply/run.ts';
import { summarise } from './reply/summaries.ts';

const second = 1_000;
/** Replies that one process writes at the same time: they wait for models most of the time. */
const repliesAtOnce = 256;
/** Deltas can be read for so long after a reply's end; after that, the message has it all. */
const deltasKept = 24 * 3_600 * second;
/** Deltas of so many replies are deleted at a time. */
const sweptAtOnce = 500;

export function chatJobs(platform: Platform): JobDefinition[] {
  return [
    {
      name: 'chat.generate',
      concurrency: repliesAtOnce,
      run: ({ messageId }, closing) => writeReply(platform, messageId!, closing),
    },
    {
      name: 'chat.summarise',
      attempts: 2,
      run: ({ messageId }, closing) => summarise(platform, messageId!, closing),
    },
    { name: 'chat.sweepReplies', every: 5 * second, run: () => sweepReplies(platform) },
    insightJob({
      platform,
      askAs: (userId, work) => askAs(platform, userId, work),
      phrase: (draft, userId) => phraseByModel(platform, draft, userId),
    }),
    { name: 'chat.sweepDeltas', every: 3_600 * second, run: () => sweepDeltas(platform) },
  ];
}

/** Insights rest on what the graph says of a person; it is asked with the right to read goals, for minutes. */
function askAs<Result>({ db, graph, now }: Platform, userId: string, work: (ask: AskInsights) => Promise<Result>) {
  const task: Task = { userId, kind: 'assistant', taskId: 'chat.insights', scopes: insightScopes, behalf: null };
  return withTaskToken(db, task, { now: now(), seconds: 600 }, (token) =>
    work(async (query, variables) => {
      const { data, errors } = await graph.ask({ token, query, variables: variables as Record<string, unknown> });
      if (errors || !data) throw new Error(`Insights were refused an answer: ${errors?.[0]?.message}`);
      return data;
    }),
  );
}

/** Puts replies back on the queue that nobody writes: their worker died, or the queue lost them. */
async function sweepReplies({ db, jobs, now }: Platform): Promise<void> {
  const at = now();
  const late = new Date(at.getTime() - 10 * second);
  const rows = await db.$queryRaw<{ message_id: string }[]>`
    SELECT message_id FROM generations
    WHERE (state = 'RUNNING' AND lease_until < ${at}::timestamptz) OR (state = 'QUEUED' AND created_at < ${late}::timestamptz)
    ORDER BY created_at LIMIT 1000`;
  // Not the same id for ever: the queue remembers a job that failed for a day, and would take no other.
  const minute = Math.floor(at.getTime() / 60_000);
  for (const { message_id: messageId } of rows) {
    await jobs.add('chat.generate', { messageId }, { id: `chat.generate.again.${messageId}.${minute}` });
  }
}

/** Replies that nobody writes, though somebody should. */
export const dueReplies = (now: Date) => ({
  replies: Prisma.sql`SELECT count(*) AS count, min(CASE WHEN state = 'RUNNING' THEN lease_until ELSE created_at END) AS since
    FROM generations WHERE (state = 'RUNNING' AND lease_until < ${now}::timestamptz) OR state = 'QUEUED'`,
});

async function sweepDeltas({ db, now }: Platform): Promise<void> {
  const before = new Date(now().getTime() - deltasKept);
  for (;;) {
    const count = await db.$executeRaw`
      DELETE FROM message_deltas WHERE (user_id, message_id) IN (
        SELECT user_id, message_id FROM generations
        WHERE state = 'ENDED' AND ended_at < ${before}::timestamptz
          AND EXISTS (SELECT 1 FROM message_deltas d WHERE d.user_id = generations.user_id AND d.message_id = generations.message_id)
        LIMIT ${sweptAtOnce})`;
    if (count === 0) break;
  }
  await closeLostCalls(db, now());
}
