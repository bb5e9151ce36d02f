import { describe, expect, jest, test } from '@jest/globals';
import { parse, validate } from 'graphql';
import {
  type AuthorizerOptions,
  checkAuthorization,
  createAuthorizer,
  type Rights,
} from '../../../gateway/admission/authorization.ts';
import type { Caller } from '../../../gateway/admission/caller.ts';
import { stripSecurityDirectives } from '../../../gateway/planning/authorization.ts';
import { createPlanner } from '../../../gateway/planning/planner.ts';
import { compose } from '../execution/federation.ts';

function engineOf(sdls: Record<string, string>) {
  // Our composition refuses a `tax` that asks for less than what it reads; another one may let it through.
  const composed = compose(sdls).replace(/(tax: .*) @requiresScopes\(.*\)/, '$1');
  const { supergraphSdl, authorization } = stripSecurityDirectives(composed);
  return { apiSchema: createPlanner(supergraphSdl).apiSchema, authorization };
}

const engine = engineOf({
  a: `
    type Query { open: Int  me: User  node: Node  nodes: [Node]  any: Any }
    type Mutation { wipe: Int @requiresScopes(scopes: [["admin"], ["write", "user"]]) }
    interface Node { id: ID! }
    type User @key(fields: "id") {
      id: ID!
      mail: String @authenticated
      salary: Int @requiresScopes(scopes: [["money"]])
      diary: String @authenticated @policy(policies: [["owner"], ["friend", "adult"]])
      horoscope: String @policy(policies: [["adult"]])
      friend: User
    }
    type Vault implements Node @authenticated { id: ID! }
    union Any = User | Vault`,
  b: `type User @key(fields: "id") { id: ID!  salary: Int @external  tax: Int @requires(fields: "salary") @requiresScopes(scopes: [["money"]]) }`,
});
const nobody: Rights = { isAuthenticated: false, scopes: [] };
const somebody = (...scopes: string[]): Rights => ({ isAuthenticated: true, scopes });

function check(query: string, rights: Rights) {
  const document = parse(query);
  expect(validate(engine.apiSchema, document)).toEqual([]);
  return checkAuthorization(engine, document, undefined, rights).map(({ message, path, extensions }) => [
    extensions.code,
    path?.join('.'),
    message,
  ]);
}

describe('an operation', () => {
  test('that asks for open things only is allowed to anybody', () => {
    expect(check('{ open me { id friend { id } } }', nobody)).toEqual([]);
  });

  test('is refused whole for one field, with every place that forbids it', () => {
    expect(check('{ open me { mail f: friend { salary } } }', nobody)).toEqual([
      ['UNAUTHENTICATED', 'me.mail', 'User.mail needs somebody signed in: send "Authorization: Bearer …".'],
      ['UNAUTHENTICATED', 'me.f.salary', 'User.salary needs somebody signed in: send "Authorization: Bearer …".'],
    ]);
    expect(check('{ me { mail salary } }', somebody())).toEqual([
      ['FORBIDDEN', 'me.salary', 'User.salary needs the scope money.'],
    ]);
    expect(check('{ me { mail salary } }', somebody('money'))).toEqual([]);
  });

  test('needs all scopes of one alternative', () => {
    expect(check('mutation { wipe }', somebody('write'))).toEqual([
      ['FORBIDDEN', 'wipe', 'Mutation.wipe needs the scope admin, or user and write.'],
    ]);
    expect(check('mutation { wipe }', somebody('write', 'user'))).toEqual([]);
    expect(check('mutation { wipe }', somebody('admin'))).toEqual([]);
  });

  test.each([
    ['a fragment', '{ me { ...F } } fragment F on User { ...G } fragment G on User { mail }'],
    ['an inline fragment', '{ me { ... { ... on User { x: mail } } } }'],
    ['another type', '{ any { ... on User { mail } } }'],
    ['a type condition alone', '{ any { ... on Vault { __typename } } }'],
    ['a condition', '{ me { mail @skip(if: true) } }'],
  ])('does not hide a field behind %s', (_name, query) => {
    expect(check(query, nobody).map(([code]) => code)).toEqual(['UNAUTHENTICATED']);
  });

  test('is told of ten places at most', () => {
    const names = Array.from({ length: 12 }, (_, index) => `type T${index} { x: Int @authenticated }`);
    const fields = names.map((_, index) => `t${index}: T${index}`);
    const wide = engineOf({ a: `type Query { ${fields.join(' ')} } ${names.join(' ')}` });
    const query = parse(`{ ${names.map((_, index) => `t${index} { x }`).join(' ')} }`);
    expect(checkAuthorization(wide, query, undefined, nobody)).toHaveLength(10);
  });

  test('is found by its name among several', () => {
    const document = parse('query A { open } query B { me { mail } }');
    expect(checkAuthorization(engine, document, 'A', nobody)).toEqual([]);
    expect(checkAuthorization(engine, document, 'B', nobody)).toHaveLength(1);
    expect(checkAuthorization(engine, document, 'constructor', nobody)).toEqual([]);
  });

  test('is checked again when the schema has changed under its document', () => {
    const document = parse('{ open }');
    const locked = engineOf({ a: 'type Query { open: Int @authenticated }' });
    expect(checkAuthorization(engine, document, undefined, nobody)).toEqual([]);
    expect(checkAuthorization(locked, document, undefined, nobody)).toHaveLength(1);
    expect(checkAuthorization(engine, document, undefined, nobody)).toEqual([]);
  });

  test('says which HTTP status fits', () => {
    const [error] = checkAuthorization(engine, parse('{ me { mail } }'), undefined, nobody);
    const [other] = checkAuthorization(engine, parse('{ me { salary } }'), undefined, somebody());
    expect([error?.extensions.http, other?.extensions.http]).toEqual([{ status: 401 }, { status: 403 }]);
  });
});

describe('nobody goes around a requirement', () => {
  test('on a type by its interface (GHSA-mx7m-j9xf-62hw)', () => {
    expect(check('{ node { id } }', nobody).map(([code, place]) => [code, place])).toEqual([
      ['UNAUTHENTICATED', 'node'],
      ['UNAUTHENTICATED', 'node.id'],
    ]);
    expect(check('{ nodes { ... on Node { id } } }', nobody)).not.toEqual([]);
    expect(check('{ any { ... on Node { id } } }', nobody)).not.toEqual([]);
    expect(check('{ node { id } }', somebody())).toEqual([]);
  });

  test('by a field that reads it through @requires (GHSA-m8jr-fxqx-8xx6)', () => {
    expect(check('{ me { tax } }', somebody()).map(([code, place]) => [code, place])).toEqual([
      ['FORBIDDEN', 'me.tax'],
    ]);
    expect(check('{ me { tax } }', somebody('money'))).toEqual([]);
  });
});

describe('policies', () => {
  const ana: Caller = {
    account: 'user:ana',
    sharing: 'user:ana',
    isAuthenticated: true,
    scopes: [],
    isDeveloper: false,
    isTrusted: false,
    client: null,
    expiresAt: null,
    contextOf: () => undefined,
  };
  const codes = async (query: string, options?: AuthorizerOptions, caller = ana) => {
    const errors = await createAuthorizer(options)(engine, parse(query), undefined, caller);
    return errors.map(({ message, extensions }) => [extensions.code, message]);
  };
  const holding = (...held: string[]) =>
    jest.fn<NonNullable<AuthorizerOptions['evaluatePolicies']>>(async () => new Set(held));

  test('hold for nobody unless somebody evaluates them', async () => {
    expect(await codes('{ me { diary } }')).toEqual([
      ['FORBIDDEN', 'User.diary needs the policy owner, or adult and friend.'],
    ]);
    expect(await codes('{ me { id } }')).toEqual([]);
  });

  test('are evaluated once an operation, all that it may need', async () => {
    const evaluatePolicies = holding('friend', 'adult');
    expect(await codes('{ me { diary horoscope friend { diary } } }', { evaluatePolicies })).toEqual([]);
    expect(evaluatePolicies).toHaveBeenCalledTimes(1);
    expect(evaluatePolicies).toHaveBeenCalledWith(ana, ['owner', 'adult', 'friend']);
  });

  test('need all of one alternative', async () => {
    expect(await codes('{ me { diary } }', { evaluatePolicies: holding('friend') })).toEqual([
      ['FORBIDDEN', expect.any(String)],
    ]);
    expect(await codes('{ me { diary } }', { evaluatePolicies: holding('owner') })).toEqual([]);
  });

  test('may hold for somebody who has not signed in', async () => {
    const stranger = { ...ana, isAuthenticated: false };
    expect(await codes('{ me { horoscope } }', { evaluatePolicies: holding('adult') }, stranger)).toEqual([]);
  });

  test('are not evaluated for operations that need none, or that something else forbids', async () => {
    const evaluatePolicies = holding('owner', 'adult');
    const authorize = createAuthorizer({ evaluatePolicies });
    expect(authorize(engine, parse('{ me { mail } }'), undefined, ana)).toEqual([]);
    expect(await codes('{ me { diary } }', { evaluatePolicies }, { ...ana, isAuthenticated: false })).toEqual([
      ['UNAUTHENTICATED', expect.any(String)],
    ]);
    expect(evaluatePolicies).not.toHaveBeenCalled();
  });

  test('that cannot be evaluated allow nothing', async () => {
    const evaluatePolicies = async () => {
      throw new Error('down');
    };
    await expect(codes('{ me { diary } }', { evaluatePolicies })).rejects.toThrow('down');
  });
});
