import type { Scope, Viewer } from '../../shared/context.ts';

/** What a webhook may read. It never writes. */
export const readable: readonly Scope[] = [
  'profile:read',
  'goals:read',
  'chat:read',
  'research:read',
  'integrations:read',
];

/** Whose rights a webhook works with: those of whoever registered it or changed it last. */
export interface Rights {
  scopes: Scope[];
  /** The API key, which the webhook ends with; null for a person who was signed in: the webhook is theirs. */
  keyId: string | null;
}

export const rightsOf = ({ scopes, kind, credentialId }: Viewer): Rights => ({
  scopes: readable.filter((scope) => scopes.includes(scope)),
  keyId: kind === 'apiKey' ? credentialId : null,
});

/** Whether somebody may see what was made with these scopes. */
export const mayRead = (viewer: Viewer | null, scopes: readonly string[]): boolean =>
  scopes.every((scope) => viewer?.scopes.includes(scope as Scope));
