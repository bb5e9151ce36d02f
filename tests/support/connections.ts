import { type ClientRequest, request } from 'node:http';
import WebSocket from 'ws';
import { until } from './until.ts';

/** The ways in which a subscription may stay open. */
export type Way = 'WebSocket' | 'Server-Sent Events' | 'multipart';
export const ways: readonly Way[] = ['WebSocket', 'Server-Sent Events', 'multipart'];

/** A subscription as its client sees it. */
export interface Connection {
  /** Whole responses, in the order in which they came. */
  readonly answers: any[];
  /** What the subscription failed with, before it began or later. */
  errors: any[] | undefined;
  /** Why it is over: a socket's close code, `complete` after a last word, `cut` without one. Undefined while it is open. */
  end: number | 'complete' | 'cut' | undefined;
  leave(): void;
}

/** Subscribes in one of the ways. Resolves once the connection is open or the subscription refused. */
export function connect(
  way: Way,
  url: string,
  headers: Record<string, string>,
  query: string,
  variables: object = {},
): Promise<Connection> {
  return way === 'WebSocket'
    ? overSocket(url, headers, query, variables)
    : overResponse(formats[way], url, headers, query, variables);
}

async function overSocket(url: string, headers: Record<string, string>, query: string, variables: object) {
  const socket = await openSocket(url, headers);
  const connection: Connection = { answers: [], errors: undefined, end: undefined, leave: () => socket.socket.close() };
  socket.socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data));
    if (type === 'next') connection.answers.push(payload);
    if (type === 'error') connection.errors = payload;
    if (type === 'complete') connection.end ??= 'complete';
  });
  socket.socket.on('close', (code) => {
    connection.end ??= code;
  });
  socket.say({ id: '1', type: 'subscribe', payload: { query, variables } });
  return connection;
}

/** A bare socket, let in with the headers as its `ConnectionInit`. */
export async function openSocket(url: string, headers: Record<string, string>, options: { origin?: string } = {}) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', options);
  const received: any[] = [];
  const state = { code: 0 };
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  socket.on('close', (code) => {
    state.code = code;
  });
  socket.on('error', () => {
    state.code ||= -1;
  });
  const say = (message: object) => socket.send(JSON.stringify(message));
  await until('the socket is open or refused', () => socket.readyState === WebSocket.OPEN || state.code);
  if (!state.code) say({ type: 'connection_init', payload: headers });
  await until('the socket is let in or closed', () => received.length > 0 || state.code);
  return {
    socket,
    received,
    say,
    code: () => state.code,
    /** Runs one operation; resolves with its answer, or the errors with which it was refused. */
    async run(query: string, variables: object = {}, id = `run-${received.length}`): Promise<any> {
      say({ id, type: 'subscribe', payload: { query, variables } });
      const isAnswer = (message: any) => message.id === id && message.type !== 'complete';
      await until('the answer', () => received.some(isAnswer) || state.code);
      const { type, payload } = received.find(isAnswer);
      return type === 'error' ? { errors: payload } : payload;
    },
  };
}

interface Format {
  readonly accept: string;
  read(text: string): { answers: any[]; errors?: any[]; isOver: boolean };
}

const formats: Record<Exclude<Way, 'WebSocket'>, Format> = {
  'Server-Sent Events': {
    accept: 'text/event-stream',
    read(text) {
      const events = text
        .split('\n\n')
        .slice(0, -1)
        .filter((event) => event.startsWith('event: next\n'));
      const answers = events.map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)));
      const isOver = text.includes('event: complete\n');
      const errors = isOver && answers.at(-1)?.data === undefined ? answers.pop()?.errors : undefined;
      return { answers, errors, isOver };
    },
  },
  multipart: {
    accept: 'multipart/mixed;subscriptionSpec=1.0, application/json',
    read(text) {
      const parts = text.split('\r\n--graphql').slice(1, -1);
      const bodies = parts.map((part) => JSON.parse(part.slice(part.indexOf('\r\n\r\n'))));
      return {
        answers: bodies.flatMap(({ payload }) => payload ?? []),
        errors: bodies.find(({ errors }) => errors)?.errors,
        isOver: text.endsWith('--graphql--\r\n'),
      };
    },
  },
};

async function overResponse(
  format: Format,
  url: string,
  headers: Record<string, string>,
  query: string,
  variables: object,
) {
  let text = '';
  let asked: ClientRequest | undefined;
  let status = 0;
  const connection: Connection = {
    get answers() {
      return status === 200 ? format.read(text).answers : [];
    },
    errors: undefined,
    end: undefined,
    leave: () => void asked?.destroy(),
  };
  const ended = () => {
    if (status !== 200) connection.errors = JSON.parse(text).errors;
    else if (connection.errors === undefined) connection.errors = format.read(text).errors;
    connection.end ??= status !== 200 || format.read(text).isOver ? 'complete' : 'cut';
  };
  asked = request(
    `${url}/graphql`,
    { method: 'POST', headers: { 'content-type': 'application/json', accept: format.accept, ...headers } },
    (response) => {
      status = response.statusCode ?? 0;
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
        if (status === 200) connection.errors ??= format.read(text).errors;
      });
      response.on('end', ended);
      response.on('error', () => {
        connection.end ??= 'cut';
      });
    },
  );
  asked.on('error', () => {
    connection.end ??= 'cut';
  });
  asked.end(JSON.stringify({ query, variables }));
  await until('the response has begun', () => status || connection.end);
  return connection;
}
