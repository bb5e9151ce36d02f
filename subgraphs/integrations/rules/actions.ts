import { parse } from 'graphql';
import { problemsOf, variableProblemsOf } from '../../shared/clientSchema.ts';
import { checkVariables, operationOf, readOperation } from '../documents.ts';
import type { ApiCallActionInput, AutomationActionInput } from '../generated.ts';
import type { RuleCheck } from './check.ts';
import type { Action } from './rule.ts';
import { isTemplate } from './templates.ts';

type Path = (string | number)[];

/** Headers that carry credentials, or that the connection itself decides. */
const forbiddenHeader =
  /^(authorization|proxy-.*|cookie|set-cookie|host|content-length|transfer-encoding|connection|upgrade|te|trailer|expect|keep-alive|x-api-key|api-key|x-auth-token)$/i;
/** A field name and a field value in one line (RFC 9110, section 5). */
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Checks one action and gives it the form in which it is stored; null when something was wrong. */
export function readAction(rule: RuleCheck, path: Path, input: AutomationActionInput): Action | null {
  const { checks } = rule;
  if (!rule.exactlyOne(path, input)) return null;
  if (input.notification) {
    const { kind, title, body, subjectId } = input.notification;
    const here = [...path, 'notification'];
    checks.that(kind !== 'DIGEST', [...here, 'kind'], 'A digest is made of other notifications, once a day.');
    checks.text([...here, 'title'], title, 200);
    checks.text([...here, 'body'], body, 2_000, 0);
    if (subjectId != null) rule.refer([...here, 'subjectId'], subjectId);
    return { type: 'notification', kind, title, body: body ?? null, subjectId: subjectId ?? null };
  }
  if (input.dataUpdate) {
    const { document } = input.dataUpdate;
    const variables = input.dataUpdate.variables ?? {};
    const here = [...path, 'dataUpdate'];
    const operation = readOperation(checks, [...here, 'document'], document, 'mutation');
    const isObject =
      operation && checkVariables(checks, [...here, 'variables'], variables, operation.variableDefinitions);
    if (!isObject || !fitsGraph(checks, here, document, variables as Record<string, unknown>)) return null;
    return { type: 'dataUpdate', document, variables: variables as Record<string, unknown> };
  }
  if (input.apiCall) return readApiCall(rule, [...path, 'apiCall'], input.apiCall);
  const { prompt, subjectIds } = input.aiTask!;
  const here = [...path, 'aiTask'];
  checks.text([...here, 'prompt'], prompt, 10_000);
  if (checks.list([...here, 'subjectIds'], subjectIds, 10)) {
    subjectIds.forEach((id, i) => {
      rule.refer([...here, 'subjectIds', i], id);
    });
  }
  return { type: 'aiTask', prompt, subjectIds: [...subjectIds] };
}

/** The document must fit the graph, and so must its variables; those that are filled in later are looked at then. */
function fitsGraph(
  checks: RuleCheck['checks'],
  path: Path,
  document: string,
  variables: Record<string, unknown>,
): boolean {
  const parsed = parse(document, { noLocation: true });
  const problems = problemsOf(parsed);
  for (const { message } of problems) checks.add('INVALID', [...path, 'document'], message);
  if (problems.length > 0) return false;
  if (isTemplate(JSON.stringify(variables))) return true;
  const wrong = variableProblemsOf(operationOf(parsed)!, variables);
  for (const { message } of wrong) checks.add('INVALID', [...path, 'variables'], message);
  return wrong.length === 0;
}

function readApiCall({ checks }: RuleCheck, path: Path, input: ApiCallActionInput): Action {
  const { method, url, headers, body } = input;
  checks.that(url.startsWith('https:'), [...path, 'url'], 'A call needs an https address.');
  checks.that(method !== 'GET' || body == null, [...path, 'body'], 'A GET has no body.');
  checks.text([...path, 'body'], body, 10_000, 0);
  if (checks.list([...path, 'headers'], headers, 20)) {
    headers.forEach(({ name, value }, i) => {
      const here = [...path, 'headers', i];
      checks.that(headerName.test(name), [...here, 'name'], 'This is no name of an HTTP header.');
      checks.that(
        !forbiddenHeader.test(name),
        [...here, 'name'],
        'Headers that carry credentials or belong to the connection cannot be set.',
        'FORBIDDEN',
      );
      checks.text([...here, 'value'], value, 1_000, 0);
      checks.that(headerValue.test(value), [...here, 'value'], 'The value of a header is one line.');
    });
  }
  return {
    type: 'apiCall',
    method,
    url,
    headers: headers.map(({ name, value }) => ({ name, value })),
    body: body ?? null,
  };
}
