import { z } from 'zod';

/** What values of variables may look like. */

export const url = (protocols: string[]) =>
  z.string().refine(
    (text) => {
      try {
        return protocols.includes(new URL(text).protocol);
      } catch {
        return false;
      }
    },
    { message: `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}` },
  );
export const integer = (low: number, high: number) =>
  z
    .string()
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= low && Number(text) <= high, {
      message: `must be a whole number from ${low} to ${high}`,
    })
    .transform(Number);
export const share = z
  .string()
  .regex(/^(0(\.\d{1,9})?|1(\.0{1,9})?)$/, 'must be a number from 0 to 1')
  .transform(Number);
export const choice = <const Options extends [string, ...string[]]>(...options: Options) =>
  z.enum(options, { message: `must be one of ${options.join(', ')}` });
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);
export const dollars = z.string().regex(/^\d{1,6}(\.\d{1,9})?$/, 'must be a number of US dollars, like 0.25');
/** 32 bytes as 64 hex digits: a key for AES-256 or HMAC-SHA-256. */
export const key = z.string().regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits (openssl rand -hex 32)');
