import { describe, expect, test } from '@jest/globals';
import { stripSecurityDirectives } from '../../../gateway/planning/authorization.ts';
import { createPlanner } from '../../../gateway/planning/planner.ts';
import { allOf } from '../../../gateway/planning/requirement.ts';
import { compose } from '../execution/federation.ts';

const AUTHENTICATED = { authenticated: true, scopes: [], policies: [] };
const scoped = (...scopes: string[][]) => ({ authenticated: true, scopes, policies: [] });

describe('security directives', () => {
  const { supergraphSdl, authorization } = stripSecurityDirectives(
    compose({
      a: `
        type Query { me: User @authenticated  open: Int  mood: Mood  any: [Any] }
        type Mutation { wipe: Boolean @requiresScopes(scopes: [["admin"], ["write", "user"]]) @policy(policies: [["careful"]]) }
        type User @key(fields: "id") @requiresScopes(scopes: [["read"]]) {
          id: ID!  salary: Int @requiresScopes(scopes: [["money"]])
        }
        enum Mood @authenticated { GOOD BAD }
        scalar Secret @policy(policies: [["spy"]])
        type Plain { a: Int  secret(of: Int): [Secret!]! }
        union Any = User | Plain`,
      b: 'type User @key(fields: "id") { id: ID!  nick: String @requiresScopes(scopes: [["read"], ["nick"]]) }',
    }),
  );

  test('are gone from the supergraph, which is one still', () => {
    expect(supergraphSdl).not.toMatch(/authenticated|requiresScopes|policy/i);
    expect(createPlanner(supergraphSdl).apiSchema.getType('Mood')).toBeDefined();
  });

  test.each([
    ['Query.me', scoped(['read'])],
    ['Query.mood', AUTHENTICATED],
    ['Mutation.wipe', { authenticated: true, scopes: [['admin'], ['user', 'write']], policies: [['careful']] }],
    ['User', scoped(['read'])],
    ['User.id', scoped(['read'])],
    ['User.salary', scoped(['money', 'read'])],
    ['User.nick', scoped(['read'])],
    ['Plain.secret', { authenticated: false, scopes: [], policies: [['spy']] }],
  ])('ask at %s for all that its type, itself and what it returns ask for', (coordinate, requirement) => {
    expect(authorization.get(coordinate)).toEqual(requirement);
  });

  test.each(['Query.open', 'Query.any', 'Plain', 'Plain.a', 'Query'])('leave %s open', (coordinate) => {
    expect(authorization.has(coordinate)).toBe(false);
  });

  test('without any leave the text as it is', () => {
    const sdl = compose({ a: 'type Query { a: Int }' });
    expect(stripSecurityDirectives(sdl)).toEqual({ supergraphSdl: sdl, authorization: new Map() });
  });
});

const HEAD = `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
    @link(url: "https://specs.apollo.dev/authenticated/v0.1", as: "mustLogIn", for: SECURITY)
    @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", import: [{ name: "@requiresScopes", as: "@scoped" }], for: SECURITY)
    { query: Query }
  directive @mustLogIn on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @scoped(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
  directive @join__field(graph: String, requires: String) repeatable on FIELD_DEFINITION
  directive @link(url: String) repeatable on SCHEMA
  scalar requiresScopes__Scope
`;

describe('in a supergraph of whatever composer', () => {
  const authorize = (sdl: string) => stripSecurityDirectives(HEAD + sdl);

  test('directives are known by their link, under any name', () => {
    const { supergraphSdl, authorization } = authorize(
      'type Query { a: Int @mustLogIn  b: Int @scoped(scopes: [["x"]])  authenticated: Int }',
    );
    expect(authorization).toEqual(
      new Map([
        ['Query.a', AUTHENTICATED],
        ['Query.b', scoped(['x'])],
      ]),
    );
    expect(supergraphSdl).not.toMatch(/mustLogIn|scoped|requiresScopes/);
    expect(supergraphSdl).toContain('authenticated: Int');
  });

  test('an interface is not gone around through its objects, nor they through it (GHSA-mx7m-j9xf-62hw)', () => {
    const { authorization } = authorize(`
      type Query { guarded: Guarded  loose: Loose }
      interface Guarded { id: ID  secret: Int @mustLogIn }
      interface Loose { id: ID  value: Int }
      interface Locked @mustLogIn { id: ID }
      type A implements Guarded & Loose { id: ID  secret: Int  value: Int @scoped(scopes: [["v"]]) }
      type B implements Loose { id: ID  value: Int }
      type C implements Locked { id: ID }
    `);
    expect(authorization.get('A.secret')).toEqual(AUTHENTICATED);
    expect(authorization.get('Loose.value')).toEqual(scoped(['v']));
    expect(authorization.get('C.id')).toEqual(AUTHENTICATED);
    expect(authorization.has('B.value')).toBe(false);
    expect(authorization.has('Loose.id')).toBe(false);
  });

  test('a type that needs more makes the fields of its interface need it', () => {
    const { authorization } = authorize(`
      type Query { node: Node }
      interface Node { id: ID }
      type A implements Node @scoped(scopes: [["a"]]) { id: ID }
      type B implements Node { id: ID }
    `);
    expect(authorization.get('Query.node')).toEqual(scoped(['a']));
    expect(authorization.get('Node.id')).toEqual(scoped(['a']));
    expect(authorization.has('B.id')).toBe(false);
  });

  test('a protected field is not read through @requires, over any number of steps (GHSA-m8jr-fxqx-8xx6)', () => {
    const { authorization } = authorize(`
      type Query { t: T }
      type T {
        secret: Int @scoped(scopes: [["s"]])
        nested: N
        once: Int @join__field(graph: "B", requires: "secret")
        twice: Int @join__field(graph: "C", requires: "once nested { ... on N { deep(a: 1) } }")
        open: Int
      }
      type N { deep(a: Int): E }
      enum E @scoped(scopes: [["e"]]) { X }
    `);
    expect(authorization.get('T.once')).toEqual(scoped(['s']));
    expect(authorization.get('T.twice')).toEqual(scoped(['e', 's']));
    expect(authorization.has('T.open')).toBe(false);
  });
});

describe('requirements that hold together', () => {
  test('combine their alternatives and leave out those that ask for more', () => {
    const both = allOf([scoped(['a'], ['b']), scoped(['a'], ['c', 'd'])]);
    expect(both.scopes).toEqual([['a'], ['b', 'c', 'd']]);
    expect(allOf([both, both]).scopes).toEqual([['a'], ['b', 'c', 'd']]);
  });
});
