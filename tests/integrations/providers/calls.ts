import { createOutside } from '../../../subgraphs/integrations/connections/outside.ts';
import type { Item } from '../../../subgraphs/integrations/items/item.ts';
import {
  type Connected,
  type Credentials,
  type Page,
  type Position,
  type Provider,
  type ProviderCall,
  ProviderFault,
} from '../../../subgraphs/integrations/providers/provider.ts';
import { type Config, readConfig } from '../../../subgraphs/shared/config.ts';
import type { OAuthServer } from '../../support/providers/oauth.ts';

/** Time as these tests have it. */
export const clock = {
  at: new Date('2026-03-10T12:00:00.000Z'),
  advance(days: number) {
    clock.at = new Date(clock.at.getTime() + days * 86_400_000);
  },
};

export const configOf = (env: Record<string, string>): Config =>
  readConfig({ NODE_ENV: 'test', PORT: '4000', PUBLIC_URL: 'https://jarvis.example', ...env });

export const outsideOf = (config: Config) => createOutside({ config, now: () => clock.at }, { deadline: 2_000 });

const redirectUri = 'https://jarvis.example/connections/callback';
/** RFC 7636, appendix B. */
const pkce = {
  codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};

/** Signs somebody in, as the connecting does it. */
export async function signIn(provider: Provider, server: OAuthServer, config: Config, again: Connected | null = null) {
  const outside = outsideOf(config);
  const { codeChallenge, codeVerifier } = pkce;
  const start = { outside, state: 'state-1', codeChallenge, redirectUri, settings: {}, again };
  const { url, kept } = await provider.connect!.begin(start);
  const { parameters, location } = await server.signIn(url);
  const complete = () => provider.connect!.complete({ outside, parameters, codeVerifier, redirectUri, kept, again });
  return { url: new URL(url), kept, parameters, location, complete };
}

/** Calls with an access token that is not renewed; what the engine makes of 401, 429 and 5xx, this makes of them. */
export function callsOf(config: Config, { accessToken }: Pick<Credentials, 'accessToken'>): ProviderCall {
  const outside = outsideOf(config);
  return {
    ...outside,
    accessToken,
    settings: {},
    account: { id: 'a', label: 'a' },
    async ask(url, options) {
      const headers = { ...options?.headers, authorization: `Bearer ${accessToken}` };
      const answer = await outside.fetch(url, { ...options, headers });
      if (answer.status === 401) throw new ProviderFault('REAUTH', 'again');
      if (answer.status === 429) throw new ProviderFault('LIMITED', 'less', Number(answer.headers.get('retry-after')));
      if (answer.status >= 500) throw new ProviderFault('UNAVAILABLE', 'away');
      return answer;
    },
  };
}

/** What came in, and where the next sync begins. A sync that breaks off leaves what was written, and the last position that was durable. */
export class Synced {
  items = new Map<string, Item>();
  position: Position | null = null;
  pages: Page[] = [];

  /** @throws ProviderFault EXPIRED is for the caller, who forgets the position. */
  async sync(provider: Provider, call: ProviderCall): Promise<void> {
    let position = this.position;
    for (let count = 0; count < 100; count++) {
      const page = await provider.pull!(call, structuredClone(position));
      this.pages.push(page);
      if (page.resets.length > 0) this.items.clear();
      for (const { externalId } of page.removed) this.items.delete(externalId);
      for (const item of page.items) this.items.set(item.externalId, item);
      position = page.position;
      if (page.durable || !page.more) this.position = position;
      if (!page.more) return;
    }
    throw new Error('It does not end.');
  }

  get ids() {
    return [...this.items.keys()].sort();
  }
}
