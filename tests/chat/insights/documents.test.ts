import { expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { checkAuthorization } from '../../../gateway/admission/authorization.ts';
import { composeFromConfig } from '../../../gateway/compose.ts';
import { stripSecurityDirectives } from '../../../gateway/planning/authorization.ts';
import { documents } from '../../../subgraphs/chat/insights/documents.ts';
import { insightScopes } from '../../../subgraphs/chat/insights/job.ts';
import { apiSchema } from '../../support/schema.ts';

const { authorization } = stripSecurityDirectives(composeFromConfig());
const refusals = (document: string, scopes: readonly string[]) =>
  checkAuthorization({ apiSchema, authorization }, parse(document), undefined, { isAuthenticated: true, scopes });

test.each(Object.entries(documents))('what is asked for %s is allowed by the two scopes of insights', (_, document) => {
  expect(refusals(document, insightScopes)).toEqual([]);
});

test.each(insightScopes)('%s is needed', (scope) => {
  const others = insightScopes.filter((other) => other !== scope);
  expect(Object.values(documents).some((document) => refusals(document, others).length > 0)).toBe(true);
});
