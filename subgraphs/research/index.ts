import { defineSubgraph } from '../shared/subgraph.ts';

export const research = defineSubgraph({ name: 'research', directory: import.meta.dirname, resolvers: {} });
