/** The graph's address: the explorer is served by the gateway whose graph it explores. */
export const graphPath = '/graphql';

export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: { code?: string } }[];
  extensions?: Record<string, unknown>;
}

export interface Reply {
  status: number;
  answer: Answer;
  /** How far the server's clock is ahead of this computer's, in milliseconds, to about a second. */
  clockAhead: number;
}

/**
 * Sends one operation.
 *
 * @param authorization value of the Authorization header; null to send none
 * @param path of the graph, with a query string where one is wanted
 * @throws TypeError when the gateway cannot be reached
 */
export async function post(
  operation: { query: string; variables?: unknown; operationName?: string | null; extensions?: object },
  authorization: string | null,
  headers: Record<string, string> = {},
  path: string = graphPath,
): Promise<Reply> {
  const response = await fetch(path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...(authorization && { authorization }),
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  const clockAhead = Date.parse(response.headers.get('date') ?? '') - Date.now() || 0;
  const text = await response.text();
  try {
    return { status: response.status, answer: JSON.parse(text) as Answer, clockAhead };
  } catch {
    // A proxy's error page, most likely: its text says more than a JSON parser's complaint would.
    const message = `The answer was not JSON (status ${response.status}). ${text.slice(0, 300)}`.trim();
    return { status: response.status, answer: { errors: [{ message }] }, clockAhead };
  }
}
