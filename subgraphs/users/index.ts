import { defineSubgraph } from '../shared/subgraph.ts';
import { accessJobs } from './accessJobs.ts';
import { createLoaders, type Loaders } from './context.ts';
import { access } from './resolvers/access.ts';

/** People: how they sign in, what they allowed, what was done in their name; and what needs the whole account. */
export const users = defineSubgraph<Loaders>({
  name: 'users',
  directory: import.meta.dirname,
  resolvers: {
    ...access,
    User: { ...access.User, dashboard: ({ id }: { id: string }) => ({ id: id.replace(/^user/, 'dashboard') }) },
    Dashboard: { __resolveReference: (ref: { id: string }) => ref },
  },
  loaders: createLoaders,
  withoutTransaction: ['refreshSession', 'signInWithApple'],
  jobs: accessJobs,
});
