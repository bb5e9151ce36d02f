import { createServer } from 'node:http';
import { type CandidateName, candidate } from './candidates.ts';
import { bareFetches, canned } from './limits.ts';
import { type ScenarioName, scenarios } from './scenario.ts';

// One process of the benchmark: `serve.ts <scenario> subgraphs`, or `serve.ts <scenario> <candidate or limit> <base of the subgraphs>`.
// Prints its port.
const [scenarioName, name = '', base = ''] = process.argv.slice(2);
const scenario = scenarios[scenarioName as ScenarioName];
const reply =
  name === 'subgraphs'
    ? (body: string, path: string) => scenario.answer(path.slice(1), body)
    : name === 'fetches'
      ? await bareFetches(scenario, base)
      : name === 'canned'
        ? await canned(scenario, base)
        : name === 'embedded'
          ? await candidate('direct', scenario)
          : await candidate(name as CandidateName, scenario, base);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    try {
      const text = await reply(Buffer.concat(chunks).toString('utf8'), request.url ?? '');
      const bytes = Buffer.from(text);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
