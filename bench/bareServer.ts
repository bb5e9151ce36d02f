import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** The limit that Jarvis is compared with: `node:http` that reads a request and answers the bytes of a file. */
const [file, port] = process.argv.slice(2);
const answer = readFileSync(file!);
createServer((request, response) => {
  request.resume().once('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
  });
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
