import { Prisma } from '../shared/db.ts';
import { defineSubgraph } from '../shared/subgraph.ts';
import { accessJobs } from './accessJobs.ts';
import { createLoaders, type Loaders } from './context.ts';
import { makeDemo } from './demo.ts';
import { eraseUser } from './erase.ts';
import { exported } from './exported.ts';
import { imports } from './importedTypes.ts';
import { userJobs } from './jobs.ts';
import { reactions } from './reactions.ts';
import { access } from './resolvers/access.ts';
import { person } from './resolvers/person.ts';

/** People: how they sign in, what they allowed, what was done in their name; and what needs the whole account. */
export const users = defineSubgraph<Loaders>({
  name: 'users',
  directory: import.meta.dirname,
  resolvers: {
    ...person,
    ...access,
    Mutation: { ...person.Mutation, ...access.Mutation },
    User: { ...person.User, ...access.User },
  },
  loaders: createLoaders,
  withoutTransaction: ['signInWithApple', 'signInForDevelopment', 'refreshSession'],
  reactions,
  jobs: (platform) => [...accessJobs(platform), ...userJobs(platform)],
  exports: exported,
  imports,
  usage: () => ({
    visits: [
      Prisma.sql`SELECT user_id, last_used_at AS at FROM sessions`,
      Prisma.sql`SELECT user_id, last_used_at AS at FROM api_keys WHERE last_used_at IS NOT NULL`,
    ],
  }),
  erase: eraseUser,
  demo: makeDemo,
});
