import { keyOf } from '../../signingSecrets.ts';
import type { IncomingCall } from '../provider.ts';
import { isRecent, isSigned, mostSignatures } from '../signedCalls.ts';

/** Whether a call is signed as Standard Webhooks says: the id, the time and the body as it came, within five minutes. */
export function isStandardWebhook({ outside, headers, body, secrets }: IncomingCall): boolean {
  const id = headers['webhook-id'] ?? '';
  const timestamp = headers['webhook-timestamp'];
  const signatures = (headers['webhook-signature'] ?? '')
    .slice(0, 2_000)
    .split(' ')
    .flatMap((part) => (part.startsWith('v1,') ? [Buffer.from(part.slice(3), 'base64')] : []));
  const isGenuine = isSigned([`${id}.${timestamp}.`, body], secrets.map(keyOf), signatures.slice(0, mostSignatures));
  return isGenuine && id !== '' && id.length <= 256 && isRecent(timestamp, outside.now());
}
