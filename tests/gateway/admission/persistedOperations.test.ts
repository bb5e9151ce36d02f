import { describe, expect, test } from '@jest/globals';
import type { GraphQLError } from 'graphql';
import { makeManifest } from '../../../gateway/admission/manifest.ts';
import {
  createPersistedOperations,
  type PersistedOptions,
  type PersistedRequest,
} from '../../../gateway/admission/persistedOperations.ts';
import { sha256 } from '../../../gateway/admission/sha256.ts';

const manifest = makeManifest(['query A { a }', 'query B { b }']);
const [a] = manifest.operations as [(typeof manifest.operations)[0]];
const anybody = { isTrusted: false, isDeveloper: false, client: null };
const trusted = { ...anybody, isTrusted: true };
const app = { ...trusted, client: 'ios' };
const named = (hash: unknown, more = {}): PersistedRequest => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: hash } },
  ...more,
});
const create = (options: PersistedOptions = {}) =>
  createPersistedOperations({ manifests: [manifest], automatic: { schema: 's', now: () => 0 }, ...options });
const refusal = async (resolve: () => unknown): Promise<GraphQLError> => {
  try {
    await resolve();
  } catch (error) {
    return error as GraphQLError;
  }
  throw new Error('It was resolved.');
};
const text = '{ free }';
const hash = sha256(text);

describe('operations of a manifest', () => {
  test.each([
    ['persistedQuery', named(a.id)],
    ['persistedQuery with its query', named(a.id, { query: a.body })],
    ['documentId', { documentId: a.id }],
    ['documentId of a kind', { documentId: `sha256:${a.id}` }],
    ['id', { id: a.id }],
    ['an empty query beside it', named(a.id, { query: '' })],
  ])('are found by %s, by anybody', (_way, request) => {
    expect(create().resolve(request, anybody)).toEqual({ text: a.body, register: null });
  });

  test('are listed, to be prepared', () => {
    expect([...create().bodies]).toEqual(manifest.operations.map(({ body }) => body));
  });

  test('may not have one id for two texts', () => {
    const other = { ...manifest, operations: [{ ...a, body: 'query A { c }' }] };
    expect(() => create({ manifests: [manifest, other] })).toThrow('Two persisted operations have the id');
    expect([...create({ manifests: [manifest, manifest] }).bodies]).toHaveLength(2);
  });
});

describe('automatic persisted queries', () => {
  test('are registered by trusted callers once they were admitted', async () => {
    const persisted = create();
    expect((await refusal(() => persisted.resolve(named(hash), trusted))).message).toBe('PersistedQueryNotFound');
    const resolved = await persisted.resolve(named(hash, { query: text }), trusted);
    expect(resolved).toEqual({ text, register: hash });
    expect((await refusal(() => persisted.resolve(named(hash), trusted))).message).toBe('PersistedQueryNotFound');
    persisted.remember(resolved);
    expect(persisted.resolve(named(hash), trusted)).toEqual({ text, register: null });
  });

  test('answer in the way that Apollo’s clients read', async () => {
    const { message, extensions } = await refusal(() => create().resolve(named(hash), trusted));
    expect({ message, extensions }).toEqual({
      message: 'PersistedQueryNotFound',
      extensions: { code: 'BAD_USER_INPUT', http: { status: 200 } },
    });
  });

  test('are neither registered nor found by others, whose query runs', async () => {
    const persisted = create();
    const resolved = await persisted.resolve(named(hash, { query: text }), anybody);
    expect(resolved).toEqual({ text, register: null });
    persisted.remember({ text, register: hash });
    expect((await refusal(() => persisted.resolve(named(hash), anybody))).message).toBe('PersistedQueryNotFound');
  });

  test('may be off', async () => {
    const persisted = create({ automatic: undefined });
    expect(persisted.resolve(named(hash, { query: text }), trusted)).toEqual({ text, register: null });
    expect((await refusal(() => persisted.resolve(named(hash), trusted))).message).toBe('PersistedQueryNotFound');
  });

  test('are asked of the store where memory has none', async () => {
    const store = { get: async () => text, set: async () => 'OK' } as never;
    const persisted = create({ automatic: { schema: 's', now: () => 0, store } });
    expect(await persisted.resolve(named(hash), trusted)).toEqual({ text, register: null });
  });

  test.each([
    ['another hash', named(sha256('{ other }'), { query: text }), 'The hash is not that of the query.'],
    ['the id of another', named(a.id, { query: text }), 'The hash is not that of the query.'],
    ['another version', { extensions: { persistedQuery: { version: 2, sha256Hash: hash } } }, 'Only version 1'],
    ['no hash', named(undefined), 'needs a "sha256Hash"'],
    ['a hash that is none', named('x'.repeat(201)), 'needs a "sha256Hash"'],
    ['nonsense', { extensions: { persistedQuery: true } }, 'Only version 1'],
    ['an id that is none', { documentId: 7 }, 'must be a string'],
    ['a query that is none', { query: { a: 1 } }, 'The query must be a string.'],
    ['nothing', {}, 'Send a query, or the id of a persisted operation.'],
    ['no hash that could be', named('../../etc'), 'PersistedQueryNotFound'],
    ['the name of a property', named('constructor'), 'PersistedQueryNotFound'],
  ])('with %s are refused', async (_what, request, message) => {
    const error = await refusal(() => create().resolve(request, trusted));
    expect(error.message).toContain(message);
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('clients on the safelist', () => {
  const persisted = create({ safelist: ['ios'] });

  test('run what the manifests hold, by id or text', () => {
    expect(persisted.resolve(named(a.id), app)).toEqual({ text: a.body, register: null });
    expect(persisted.resolve({ query: a.body }, app)).toEqual({ text: a.body, register: null });
  });

  test.each([
    ['a document of their own', { query: text }],
    ['another spelling', { query: `${a.body} ` }],
    ['what they would register', named(hash, { query: text })],
  ])('run nothing else: %s', async (_what, request) => {
    const { message, extensions } = await refusal(() => persisted.resolve(request, app));
    expect(message).toBe('This client may run only its persisted operations.');
    expect(extensions).toEqual({ code: 'FORBIDDEN', http: { status: 403 } });
  });

  test('do not find what others registered', async () => {
    persisted.remember({ text, register: hash });
    expect(persisted.resolve(named(hash), trusted)).toMatchObject({ text });
    expect((await refusal(() => persisted.resolve(named(hash), app))).message).toBe('PersistedQueryNotFound');
  });

  test('are not developers, nor others', () => {
    expect(persisted.resolve({ query: text }, { ...app, isDeveloper: true })).toMatchObject({ text });
    expect(persisted.resolve({ query: text }, { ...app, client: 'web' })).toMatchObject({ text });
  });

  test('may be all there are, with names or without', async () => {
    const all = create({ safelist: ['*'] });
    for (const caller of [app, trusted])
      expect((await refusal(() => all.resolve({ query: text }, caller))).extensions.code).toBe('FORBIDDEN');
  });
});
