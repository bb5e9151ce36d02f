import type { MutationResolvers } from './generated.ts';

/** A mutation's resolver: what it returns is the payload without `errors`, which the frame adds. */
type WithoutErrors<Resolver> = Resolver extends (parent: infer P, args: infer A, ctx: infer C, info: infer I) => infer R
  ? (parent: P, args: A, ctx: C, info: I) => Promise<Omit<Awaited<R>, 'errors'>>
  : never;

/** The resolvers of some mutations: a room states its own, and all of them together are the domain's. */
export type PayloadResolvers<Name extends keyof MutationResolvers> = {
  [Key in Name]-?: WithoutErrors<NonNullable<MutationResolvers[Key]>>;
};
