import type { Tx } from '../shared/db.ts';
import { Checks } from '../shared/input.ts';
import { expectVersion } from '../shared/stored.ts';
import type { ChatUserContext } from './context.ts';
import type { UpdateAssistantSettingsInput } from './generated.ts';
import { checkProvider, onlyPeople } from './replies.ts';
import type { SettingsRow } from './rows.ts';
import { catalogue } from './tools/catalogue.ts';

/** How a person wants the assistant; the defaults while they have said nothing. */
export async function readSettings(db: Tx, userId: string): Promise<SettingsRow> {
  const row = await db.assistantSettings.findUnique({ where: { userId } });
  return row ?? { userId, provider: null, retrieval: true, allowedTools: [], version: 0 };
}

/**
 * Changes how the person wants the assistant.
 * @throws UserErrors INVALID for an unknown provider or tool, CONFLICT
 */
export async function updateSettings(ctx: ChatUserContext, input: UpdateAssistantSettingsInput) {
  onlyPeople(ctx);
  const checks = new Checks();
  await checkProvider(ctx, checks, input.provider);
  const writing = new Map([...catalogue().tools].filter(([, { kind }]) => kind === 'WRITE'));
  const current = await lockSettings(ctx);
  for (const [i, name] of (input.allowedTools ?? []).entries()) {
    const path = ['allowedTools', i];
    const message = `There is no such tool that changes anything; there are ${[...writing.keys()].join(', ')}.`;
    if (!checks.that(writing.has(name), path, message) || current.allowedTools.includes(name)) continue;
    // Nobody may allow once and for all what they could not approve once.
    const missing = writing.get(name)!.scopes.filter((scope) => !ctx.viewer.scopes.includes(scope));
    checks.that(missing.length === 0, path, `This needs the scope ${missing.join(', ')}.`, 'FORBIDDEN');
  }
  checks.done();
  expectVersion(current.version, input.expectedVersion, { settings: current });
  return {
    settings: await store(ctx, {
      ...current,
      ...(input.provider !== undefined && { provider: input.provider }),
      ...(input.retrieval != null && { retrieval: input.retrieval }),
      ...(input.allowedTools != null && { allowedTools: [...new Set(input.allowedTools)] }),
    }),
  };
}

/** Lets a tool run from now on without asking. */
export async function allowTool(ctx: ChatUserContext, tool: string): Promise<void> {
  const current = await lockSettings(ctx);
  if (current.allowedTools.includes(tool)) return;
  await store(ctx, { ...current, allowedTools: [...current.allowedTools, tool] });
}

async function lockSettings(ctx: ChatUserContext): Promise<SettingsRow> {
  await ctx.db.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`settings ${ctx.userId}`}, 0))`;
  return readSettings(ctx.db, ctx.userId);
}

async function store(ctx: ChatUserContext, { userId, ...settings }: SettingsRow): Promise<SettingsRow> {
  const data = { ...settings, version: settings.version + 1, updatedAt: ctx.now() };
  return ctx.db.assistantSettings.upsert({ where: { userId }, create: { userId, ...data }, update: data });
}
