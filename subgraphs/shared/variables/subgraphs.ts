import { z } from 'zod';
import { key, list } from './forms.ts';

/** The way from the gateway to remote subgraphs. */
export const subgraphVariables = {
  SUBGRAPH_SECRET: key
    .optional()
    .describe('Signs the calls from the gateway to remote subgraphs (HMAC-SHA-256). Needed as soon as one is remote'),
  OLD_SUBGRAPH_SECRETS: list
    .pipe(z.array(key))
    .default([])
    .describe(
      'Comma-separated other values of SUBGRAPH_SECRET that remote subgraphs accept as well: those of gateways not yet restarted during a rotation',
    ),
};
