import { limit, notFound } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { keyset, type Page, type PageArgs, readSlice, toPage } from '../shared/pagination.ts';
import { expectVersion, inputHash, lockRow, sameCreation } from '../shared/stored.ts';
import type { ChatUserContext } from './context.ts';
import type { CreateMemoryInput, DeleteMemoryInput, MemoryFilter, UpdateMemoryInput } from './generated.ts';
import { newestFirst } from './insights/insights.ts';
import type { MemoryRow } from './rows.ts';

/** Longest memory in characters, and most memories of one person. */
const longestMemory = 2_000;
const mostMemories = 1_000;

/** The user's memories, newest first. */
export async function listMemories(
  ctx: ChatUserContext,
  filter: MemoryFilter,
  args: PageArgs,
): Promise<Page<MemoryRow>> {
  const slice = readSlice(args, newestFirst.length);
  const { where, ...rest } = keyset(newestFirst, slice);
  const rows = (await ctx.db.memory.findMany({
    where: {
      userId: ctx.userId,
      ...(filter.kinds && { kind: { in: filter.kinds } }),
      ...(filter.enabled != null && { enabled: filter.enabled }),
      AND: [where],
    },
    ...rest,
  })) as MemoryRow[];
  return toPage(rows, slice, (row) => [row.createdAt, row.id]);
}

const find = (ctx: ChatUserContext, id: string) =>
  ctx.db.memory.findUniqueOrThrow({ where: { userId_id: { userId: ctx.userId, id } } }) as Promise<MemoryRow>;

export async function createMemory(ctx: ChatUserContext, input: CreateMemoryInput) {
  const checks = new Checks();
  checks.newId(['id'], 'memory', input.id);
  checks.text(['text'], input.text, longestMemory);
  checks.done();
  const now = ctx.now();
  const { userId } = ctx;
  const id = input.id ?? newId('memory', now);
  const hash = inputHash(input);
  const { count } = await ctx.db.memory.createMany({
    data: [
      {
        userId,
        id,
        kind: input.kind ?? 'FACT',
        text: input.text,
        source: 'USER',
        sourceMessageId: input.sourceMessageId ?? null,
        enabled: input.enabled ?? true,
        inputHash: hash,
        createdAt: now,
        updatedAt: now,
      },
    ],
    skipDuplicates: true,
  });
  if (count === 0) return { memory: sameCreation(await find(ctx, id), hash) };
  if ((await ctx.db.memory.count({ where: { userId } })) > mostMemories) {
    throw limit([], `There may be at most ${mostMemories} memories; delete some first.`);
  }
  if (input.sourceMessageId != null) {
    const found = await ctx.db.message.count({ where: { userId, id: input.sourceMessageId } });
    if (found === 0) throw notFound(['sourceMessageId'], 'message');
  }
  const memory = await find(ctx, id);
  await publish(ctx, { type: 'memory.created', subjectId: id, data: {} });
  return { memory };
}

export async function updateMemory(ctx: ChatUserContext, input: UpdateMemoryInput) {
  const checks = new Checks();
  checks.text(['text'], input.text, longestMemory);
  checks.done();
  await lockRow(ctx, 'memory', input.id, 'memory');
  const current = await find(ctx, input.id);
  expectVersion(current.version, input.expectedVersion, { memory: current });
  const wanted = {
    kind: input.kind ?? current.kind,
    text: input.text ?? current.text,
    enabled: input.enabled ?? current.enabled,
  };
  if (wanted.kind === current.kind && wanted.text === current.text && wanted.enabled === current.enabled) {
    return { memory: current };
  }
  const memory = (await ctx.db.memory.update({
    where: { userId_id: { userId: ctx.userId, id: input.id } },
    data: { ...wanted, version: { increment: 1 }, updatedAt: ctx.now() },
  })) as MemoryRow;
  await publish(ctx, { type: 'memory.updated', subjectId: memory.id, data: {} });
  return { memory };
}

export async function deleteMemory(ctx: ChatUserContext, input: DeleteMemoryInput) {
  await lockRow(ctx, 'memory', input.id, 'memory');
  const current = await find(ctx, input.id);
  expectVersion(current.version, input.expectedVersion, { memory: current });
  await ctx.db.memory.delete({ where: { userId_id: { userId: ctx.userId, id: input.id } } });
  await publish(ctx, { type: 'memory.deleted', subjectId: input.id, data: {} });
  return { deletedId: input.id };
}
