import { createApp } from '../../gateway/app.ts';
import { subgraphs as definitions } from '../../subgraphs/index.ts';
import { type Config, readConfig } from '../../subgraphs/shared/config.ts';
import { createLog } from '../../subgraphs/shared/log.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { startPlatform } from '../../subgraphs/shared/start.ts';
import { createSubgraph } from '../../subgraphs/shared/subgraph.ts';
import { post } from '../../tests/support/process.ts';

/** Somebody who asks over HTTP. */
export interface Client {
  run(
    document: string,
    variables?: Record<string, unknown>,
  ): Promise<{ data?: Record<string, unknown>; errors?: { message: string }[] }>;
}

export interface House {
  platform: Platform;
  /** Signs somebody in by their address, as in development, and makes the account when there is none. */
  signIn(email: string): Promise<Client>;
  close(): Promise<void>;
}

/** Everything a drill's gateway is told. Nothing of the environment: it must reach no service outside. */
export const drillConfig = (databaseUrl: string, keys: { current: string; old?: string[] }): Config =>
  readConfig({
    NODE_ENV: 'development',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEY: keys.current,
    OLD_ENCRYPTION_KEYS: keys.old?.join(',') ?? '',
    PUBLIC_URL: 'http://localhost:4000',
    DEMO_DATA: 'off',
    DEMAND_CONTROL: 'measure',
    AI_PROVIDERS: 'local',
    GOOGLE_CLIENT_ID: 'x',
    GOOGLE_CLIENT_SECRET: 'x',
  });

/**
 * The gateway as `npm start` has it, all subgraphs in this process, on a database. It answers whatever it is asked, but works at nothing in the
 * background: on a restored database nobody is to be sent a push, a webhook or a call a second time.
 */
export async function openHouse(config: Config): Promise<House> {
  const domains = Object.values(definitions);
  const { platform, close } = await startPlatform(config, createLog('error'), () => {}, domains, 'jarvis-drill');
  try {
    const subgraphs = new Map(domains.map((definition) => [definition.name, createSubgraph(definition, platform)]));
    const app = await createApp({ platform, subgraphs, planningThread: true });
    const url = `http://127.0.0.1:${await app.listen(0, '127.0.0.1')}`;
    return {
      platform,
      async signIn(email) {
        const { data, errors } = await post(
          url,
          'mutation ($email: EmailAddress!) { signInForDevelopment(input: { email: $email }) { accessToken errors { message } } }',
          { email },
        );
        const token = data?.signInForDevelopment?.accessToken;
        if (!token) throw new Error(`Signing in did not work: ${JSON.stringify(errors ?? data)}`);
        return { run: (document, variables) => post(url, document, variables, { authorization: `Bearer ${token}` }) };
      },
      async close() {
        await app.drain();
        for (const subgraph of subgraphs.values()) await subgraph.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
