import type { Tx } from '../../shared/db.ts';
import { publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { LeaseLost } from '../../shared/leased.ts';
import { dataClasses } from '../../shared/models/dataClasses.ts';
import type { ToolRequest } from '../../shared/models/provider.ts';
import { storableText } from '../../shared/storable.ts';
import { causeOf } from '../generations.ts';
import type { ToolCallRow } from '../rows.ts';
import { readSettings } from '../settings.ts';
import { confirmationOf } from '../toolCalls.ts';
import { readToolCall } from '../tools/calls.ts';
import { catalogue } from '../tools/catalogue.ts';
import type { Allowance } from '../tools/definitions.ts';
import { describeCall } from '../tools/description.ts';
import { type Ask, findNames } from './findings.ts';
import type { ReplyWork } from './rounds.ts';
import { failure, runToolCall } from './toolRuns.ts';

/** Calls that one answer may make; those beyond are told so. */
const mostInRound = 8;

/**
 * Stores what the model wants to call in this round: reads run at once, writes wait for the person, unless they have allowed the tool and the
 * model has read nothing from outside.
 */
export async function takeCalls(
  { platform, lease, writer }: ReplyWork,
  requests: readonly ToolRequest[],
  { allowed, ask }: { allowed: Allowance; ask: Ask },
): Promise<void> {
  const { generation, token } = lease;
  const { userId, messageId, round, tainted } = generation;
  // A rule asked, and nobody looks on.
  const isUnattended = generation.behalfKind === 'automation';
  const now = platform.now();
  const read = requests.map((request, ordinal) =>
    ordinal < mostInRound
      ? readToolCall(catalogue(), request, allowed)
      : { problem: `At most ${mostInRound} tools can be called at once. Call this one again later.` },
  );
  const proposals = read.flatMap((one) => ('problem' in one || one.tool.kind === 'READ' ? [] : [one]));
  const { allowedTools } =
    proposals.length > 0 ? await readSettings(platform.db, userId) : { allowedTools: [] as string[] };
  const named = proposals.flatMap(({ tool, variables }) => describeCall(tool, variables).details);
  // Without names it is still right, only harder to read.
  const names = await findNames(
    ask,
    named.flatMap(({ objectId }) => objectId ?? []),
  ).catch(() => new Map<string, string>());
  const rows = requests.map((request, ordinal) => {
    const id = newId('toolcall', now);
    const one = read[ordinal]!;
    const base = {
      userId,
      id,
      messageId,
      round,
      ordinal,
      providerCallId: storableText(request.id.slice(0, 200)),
      tool: storableText(request.name.slice(0, 100)),
      arguments: storableText(request.arguments.slice(0, 20_000)),
      textOffset: writer.text.length,
      tainted,
      createdAt: now,
      updatedAt: now,
    };
    if ('problem' in one) {
      const nothing = {
        kind: 'READ',
        document: '',
        variables: '{}',
        scopes: [],
        dataClasses: [],
        details: [],
        confirmation: '',
      };
      return { ...base, ...nothing, title: base.tool, state: 'FAILED', result: failure(one.problem) };
    }
    const { tool, document } = one;
    const variables = JSON.stringify(one.variables);
    const { title, details } = describeCall(tool, one.variables);
    const mayRun = tool.kind === 'READ' || (allowedTools.includes(tool.name) && !tainted && !isUnattended);
    return {
      ...base,
      kind: tool.kind,
      document,
      variables,
      scopes: [...tool.scopes],
      dataClasses: [...tool.dataClasses],
      title,
      details: details.map((detail) => ({ ...detail, value: names.get(detail.objectId ?? '') ?? detail.value })),
      confirmation: confirmationOf({ id, document, variables }),
      state: mayRun ? 'APPROVED' : 'PROPOSED',
      result: null,
    };
  });
  await platform.db.$transaction(async (tx) => {
    const { count } = await tx.generation.updateMany({ where: { userId, messageId, lease: token }, data: { round } });
    if (count === 0) throw new LeaseLost('The reply is no longer ours to write.');
    await tx.toolCall.createMany({ data: rows });
    const writes = rows.filter(({ kind }) => kind === 'WRITE');
    await publish(
      {
        db: tx,
        userId,
        now: platform.now,
        actor: { kind: 'assistant', id: messageId },
        causationId: causeOf(generation),
      },
      ...writes.map(({ id }) => ({ type: 'toolCall.created' as const, subjectId: id, data: { messageId } })),
    );
  });
  for (const { id, state } of rows) writer.tell({ kind: 'TOOL_CALL', toolCallId: id, state });
  await writer.flush();
  platform.bus.publish('events', userId);
}

/**
 * Runs what may run: reads together, then writes one after the other. What a worker that died had begun is run again: a write under its key
 * happens once.
 * @returns all calls of this reply, as they are then.
 */
export async function finishCalls(work: ReplyWork, scopes: ReadonlySet<string>): Promise<ToolCallRow[]> {
  const { platform, lease } = work;
  const { userId, messageId } = lease.generation;
  const all = () =>
    platform.db.toolCall.findMany({
      where: { userId, messageId },
      orderBy: [{ round: 'asc' }, { ordinal: 'asc' }],
    }) as unknown as Promise<ToolCallRow[]>;
  const calls = await all();
  const open = calls.filter(({ state }) => state === 'APPROVED' || state === 'RUNNING');
  if (open.length === 0) return calls;
  const reads = open.filter(({ kind }) => kind === 'READ');
  await Promise.all(reads.map((call) => run(work, call, scopes)));
  for (const call of open) if (call.kind === 'WRITE') await run(work, call, scopes);
  await work.writer.flush();
  // What is proposed may have been answered in the meantime.
  return calls.some(({ state }) => state === 'PROPOSED') ? all() : calls;
}

async function run(work: ReplyWork, call: ToolCallRow, scopes: ReadonlySet<string>): Promise<void> {
  const { platform, lease, writer, signal } = work;
  const { generation } = lease;
  signal.throwIfAborted();
  await setState(work, call, 'RUNNING', null);
  writer.tell({ kind: 'TOOL_CALL', toolCallId: call.id, state: 'RUNNING' });
  const read = readToolCall(
    catalogue(),
    { name: call.tool, arguments: call.arguments },
    {
      classes: new Set(dataClasses),
      scopes,
    },
  );
  // An earlier version of Jarvis may have proposed what this one does not know.
  const isUntrusted = 'problem' in read ? false : read.tool.isUntrusted;
  const outcome =
    'problem' in read
      ? ({ state: 'FAILED', result: failure(read.problem) } as const)
      : await runToolCall(platform, lease, call, isUntrusted, signal);
  if (isUntrusted) generation.tainted = true;
  await setState(work, call, outcome.state, outcome.result);
  writer.tell({ kind: 'TOOL_CALL', toolCallId: call.id, state: outcome.state });
}

/** @throws LeaseLost */
async function setState(
  { platform, lease }: ReplyWork,
  call: ToolCallRow,
  state: ToolCallRow['state'],
  result: string | null,
): Promise<void> {
  const { generation, token } = lease;
  const { userId, messageId, tainted } = generation;
  const set = async (tx: Tx) => {
    const ours = await tx.$executeRaw`
      WITH ours AS (
        UPDATE generations SET tainted = tainted OR ${tainted}
        WHERE user_id = ${userId} AND message_id = ${messageId} AND lease = ${token}
        RETURNING user_id, message_id
      )
      UPDATE tool_calls call SET state = ${state}, result = ${result}, version = version + 1,
        updated_at = ${platform.now()}::timestamptz
      FROM ours WHERE call.user_id = ours.user_id AND call.message_id = ours.message_id AND call.id = ${call.id}`;
    if (ours === 0) throw new LeaseLost('The reply is no longer ours to write.');
  };
  if (call.kind === 'READ') await set(platform.db);
  else {
    await platform.db.$transaction(async (tx) => {
      await set(tx);
      await publish(
        {
          db: tx,
          userId,
          now: platform.now,
          actor: { kind: 'assistant', id: messageId },
          causationId: causeOf(generation),
        },
        { type: 'toolCall.updated', subjectId: call.id, data: { messageId } },
      );
    });
    platform.bus.publish('events', userId);
  }
  Object.assign(call, { state, result });
}
