import type { Prisma, Tx } from '../../shared/db.ts';
import { type NewEvent, publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import type { JobDefinition } from '../../shared/jobs.ts';
import type { Platform } from '../../shared/platform.ts';
import type { InsightOrigin } from '../generated.ts';
import { type Chosen, chooseDrafts, type Past } from './choice.ts';
import type { Ask } from './documents.ts';
import { isProven } from './draft.ts';
import { findDrafts, readSubjects } from './findings.ts';
import { type Phrase, phrased } from './phrasing.ts';
import { claimRuns, dueAt, dueNext } from './runs.ts';

const minute = 60_000;
/** People that are claimed together. */
const page = 10;
/** And in one run of the job: the others are next, and other jobs get their turn in between. */
const mostAtOnce = 500;

/** Lends the right to ask the graph as somebody, for as long as `work` takes. */
export type AskAs = <Result>(userId: string, work: (ask: Ask) => Promise<Result>) => Promise<Result>;

/** What has to be asked for takes these scopes. */
export const insightScopes = ['goals:read', 'profile:read'] as const;

/** What insights are made with. */
export interface InsightMeans {
  platform: Pick<Platform, 'db' | 'now' | 'log'>;
  askAs: AskAs;
  /** Absent where no language model is to be used: then all texts are fixed sentences. */
  phrase?: Phrase;
}

/** Looks every few minutes for people whose morning has come, and notices what there is to notice in their numbers. */
export function insightJob(means: InsightMeans): JobDefinition {
  return { name: 'chat.insights', every: 10 * minute, attempts: 1, run: () => makeInsights(means) };
}

/** Runs for whoever is due. One person's failure holds up nobody: it is logged, and taken up again when the claim lapses. */
async function makeInsights(means: InsightMeans): Promise<void> {
  const { db, now, log } = means.platform;
  for (let done = 0; done < mostAtOnce; ) {
    const claimed = await claimRuns(db, now(), page);
    for (const userId of claimed) {
      await means
        .askAs(userId, (ask) => runFor(means, userId, ask))
        .catch((error) => log.error({ error, userId }, 'insights could not be made and will be tried again'));
    }
    if (claimed.length < page) return;
    done += claimed.length;
  }
}

/** One person's run, if their day has none yet and its morning has come. */
async function runFor({ platform, phrase }: InsightMeans, userId: string, ask: Ask): Promise<void> {
  const { db, now, log } = platform;
  const subjects = await readSubjects(ask);
  const { today } = subjects;
  const due = dueAt(today, subjects);
  const postpone = (to: Date) => db.insightRun.updateMany({ where: { userId }, data: { dueAt: to } });
  if (now() < due) return void (await postpone(due));
  const localDate = new Date(`${today}T00:00:00Z`);
  const run = await db.insightRun.findUnique({ where: { userId } });
  if (run?.localDate && run.localDate >= localDate) return void (await postpone(dueNext(today, subjects)));

  const drafts = (await findDrafts(ask, subjects)).filter((draft) => {
    const proven = isProven(draft);
    if (!proven) log.error({ kind: draft.kind }, 'an insight had a number that its evidence does not have');
    return proven;
  });
  const past = (await db.insight.findMany({
    where: { userId, subjectKey: { in: drafts.map(({ subjectKey }) => subjectKey) } },
  })) as unknown as Past[];
  const texts: (Chosen & { text: string; origin: InsightOrigin })[] = [];
  for (const chosen of chooseDrafts(drafts, past, now())) {
    texts.push({ ...chosen, ...(await phrased(chosen.draft, userId, phrase)) });
  }
  await db.$transaction(async (tx) => {
    // Whoever is first has the day. The row is gone when the person is.
    const first = await tx.insightRun.updateMany({
      where: { userId, OR: [{ localDate: null }, { localDate: { lt: localDate } }] },
      data: { localDate, dueAt: dueNext(today, subjects) },
    });
    if (first.count === 0) return;
    const events: NewEvent[] = [];
    for (const told of texts) events.push(...(await store(tx, userId, told, now())));
    await publish({ db: tx, userId, actor: { kind: 'system', id: 'chat.insights' }, now }, ...events);
  });
}

/** Stores one insight, new or in the place of the one that nobody has read; of one that was read meanwhile nothing is changed. */
async function store(
  tx: Tx,
  userId: string,
  { draft, replaces, text, origin }: Chosen & { text: string; origin: InsightOrigin },
  at: Date,
): Promise<NewEvent[]> {
  const { kind, title, subjectKey, goalIds } = draft;
  const evidence = draft.evidence as unknown as Prisma.InputJsonArray;
  const content = { title, text, origin, evidence, goalIds, createdAt: at, updatedAt: at };
  if (replaces === null) {
    const id = newId('insight', at);
    await tx.insight.create({ data: { userId, id, kind, subjectKey, ...content } });
    return [{ type: 'insight.created', subjectId: id, data: {} }];
  }
  const { count } = await tx.insight.updateMany({
    where: { userId, id: replaces, readAt: null, dismissedAt: null },
    data: { ...content, version: { increment: 1 } },
  });
  return count === 0 ? [] : [{ type: 'insight.updated', subjectId: replaces, data: {} }];
}
