import { Temporal } from 'temporal-polyfill';
import type { Prisma } from '../shared/db.ts';
import { type NewEvent, publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import type { Schedule } from '../shared/schedules/schedule.ts';
import type { DemoAccount } from '../shared/subgraph.ts';
import { categories } from './demoFindings.ts';
import { demoRun } from './runs/demo.ts';
import { nextColumns, scheduleColumns } from './schedule.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** Three things to look into, and what runs found: results in every state of their review. */
export async function demo({ db, userId, timeZone, now, ids, random }: DemoAccount): Promise<void> {
  const since = new Date(now.getTime() - 100 * day);
  const localDate = (at: Date) =>
    Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString();
  const results: (Prisma.ResearchResultCreateManyInput & { id: string })[] = [];
  const reviews: Prisma.ResearchReviewCreateManyInput[] = [];
  const runs: ReturnType<typeof demoRun>[] = [];
  const made = categories.map(({ schedule, results: found, ...category }) => {
    const id = newId('category', since);
    for (const result of found) {
      const at = new Date(now.getTime() - result.daysAgo * day);
      const resultId = newId('result', at);
      const step = (fromStatus: string, toStatus: string, hours: number) =>
        reviews.push({
          userId,
          resultId,
          ordinal: toStatus === 'INTEGRATED' ? 2 : 1,
          fromStatus,
          toStatus,
          actorKind: 'user',
          actorId: userId,
          reason: toStatus === 'REJECTED' ? result.reason! : null,
          at: new Date(at.getTime() + (hours + random()) * hour),
        });
      if (result.status !== 'PENDING') step('PENDING', result.status === 'REJECTED' ? 'REJECTED' : 'APPROVED', 2);
      if (result.status === 'INTEGRATED') step('APPROVED', 'INTEGRATED', 4);
      const run = demoRun({
        userId,
        categoryId: id,
        at,
        sources: result.sources,
        claims: result.claims.map(([, , , verdict]) => ({ verdict })),
      });
      runs.push(run);
      const created = result.created === undefined ? undefined : ids.get(result.created);
      results.push({
        userId,
        id: resultId,
        categoryId: id,
        runId: run.run.id,
        title: result.title,
        summary: result.summary,
        content: [
          `# ${result.title}`,
          result.summary,
          ...result.sources.map(([url, title, text]) => `> ${text}\n>\n> [${title}](${url})`),
        ].join('\n\n'),
        sources: run.snapshots.map((snapshot) => ({
          url: snapshot.url,
          title: snapshot.title,
          fetchedAt: (snapshot.fetchedAt as Date).toISOString(),
          hash: snapshot.hash,
          snapshotId: snapshot.id,
        })),
        claims: result.claims.map(([text, quote, source, verdict]) => ({ text, quote, source, verdict })),
        status: result.status,
        researchDate: new Date(`${localDate(at)}T00:00:00Z`),
        createdIds: created === undefined ? [] : [created],
        version: 1 + (result.status === 'PENDING' ? 0 : result.status === 'INTEGRATED' ? 2 : 1),
        createdAt: at,
        updatedAt: result.status === 'PENDING' ? at : (reviews.at(-1)!.at as Date),
      });
    }
    const { kind, text, time: startTime } = schedule;
    const followed: Schedule = { kind, text, timeZone, startDate: localDate(since), startTime };
    return {
      ...category,
      sources: [...category.sources],
      userId,
      id,
      ...scheduleColumns(followed),
      ...nextColumns(followed, category.active, now),
      inputHash: 'demo',
      createdAt: since,
      updatedAt: since,
    };
  });
  await db.researchCategory.createMany({ data: made });
  await db.researchRun.createMany({ data: runs.map(({ run }) => run) });
  await db.researchRunStep.createMany({ data: runs.flatMap(({ steps }) => steps) });
  await db.researchSnapshot.createMany({ data: runs.flatMap(({ snapshots }) => snapshots) });
  await db.researchResult.createMany({ data: results });
  await db.researchReview.createMany({ data: reviews });
  const told: NewEvent[] = [
    ...made.map(({ id }): NewEvent => ({ type: 'researchCategory.created', subjectId: id, data: {} })),
    ...runs.map(
      ({ run: { id, categoryId } }): NewEvent => ({
        type: 'researchRun.created',
        subjectId: id,
        data: { categoryId },
      }),
    ),
    ...results.map(
      ({ id, categoryId }): NewEvent => ({ type: 'researchResult.created', subjectId: id, data: { categoryId } }),
    ),
  ];
  await publish({ db, userId, actor: { kind: 'system', id: 'demo' }, now: () => now }, ...told);
}
