import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supergraphFile } from '../../gateway/compose.ts';
import { stripSecurityDirectives } from '../../gateway/planning/authorization.ts';
import { demoEmail, ensureDemoData } from '../../subgraphs/demo.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { readConfig, type SubgraphName, subgraphNames } from '../../subgraphs/shared/config.ts';
import { type RequestInfo, scopes } from '../../subgraphs/shared/context.ts';
import { createLog } from '../../subgraphs/shared/log.ts';
import { startPlatform } from '../../subgraphs/shared/start.ts';
import { createSubgraph, type Subgraph } from '../../subgraphs/shared/subgraph.ts';
import { ensureDevelopmentUser } from '../../subgraphs/users/development.ts';
import type { Scenario } from './scenario.ts';

/** Shared operations with the fragments they use, as the apps send them. */
const operation = (...paths: string[]) =>
  paths
    .map((path) => readFileSync(join(import.meta.dirname, '../../operations', `${path}.graphql`), 'utf8'))
    .join('\n');

const answers = new Map<string, Promise<string>>();

/**
 * Jarvis's own graph: five subgraphs on a real database with the demo account, the apps' first screen as the big query, the profile as the
 * small one. Who asks is settled, and nothing is protected, because the other gateways cannot do that.
 */
export const jarvis: Scenario = {
  title: 'Jarvis: the dashboard of the demo account',
  subgraphNames,
  hasFederation1: false,
  queries: {
    big: operation('dashboard/Dashboard', 'goals/GoalCard', 'live/NotificationRow', 'research/ResearchRunRow'),
    small: `query Me { viewer { ...Profile } } ${operation('settings/Profile')}`,
  },
  supergraph: (base) =>
    stripSecurityDirectives(readFileSync(supergraphFile, 'utf8')).supergraphSdl.replace(
      /@join__graph\(name: "(\w+)", url: "[^"]*"\)/g,
      (_, name) => `@join__graph(name: "${name}", url: "${base}/${name}")`,
    ),
  answer(name, body) {
    const key = `${name} ${body}`;
    const known = answers.get(key) ?? ask(name as SubgraphName, body);
    answers.set(key, known);
    return known;
  },
};

async function ask(name: SubgraphName, body: string): Promise<string> {
  const { subgraph, request } = await opened();
  const { query, variables, operationName } = JSON.parse(body);
  return JSON.stringify(await subgraph(name).execute({ query, variables, operationName, request }));
}

interface Opened {
  subgraph(name: SubgraphName): Subgraph;
  readonly request: RequestInfo;
}
let opening: Promise<Opened> | undefined;

/** The platform on an embedded database of its own, where time stands still: whoever asks, the answers are the same. */
function opened(): Promise<Opened> {
  opening ??= (async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-jarvis-'));
    const config = readConfig({ DATA_DIR: directory, LOG_LEVEL: 'error' });
    const started = await startPlatform(
      config,
      createLog('error', 'bench'),
      () => {},
      Object.values(subgraphs),
      'bench',
    );
    const now = new Date();
    const platform = { ...started.platform, now: () => now };
    await ensureDemoData(platform);
    const userId = await ensureDevelopmentUser(platform, demoEmail);
    process.on('SIGTERM', async () => {
      await started.close().catch(() => undefined);
      rmSync(directory, { recursive: true, force: true });
      process.exit(0);
    });
    const made = new Map(subgraphNames.map((name) => [name, createSubgraph(subgraphs[name], platform)]));
    const viewer = { userId, kind: 'session', credentialId: 'bench', scopes, roles: ['USER'] } as const;
    return {
      subgraph: (name) => made.get(name)!,
      request: { requestId: 'bench', viewer, ip: null, userAgent: null, idempotencyKey: null },
    };
  })();
  return opening;
}
