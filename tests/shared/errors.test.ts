import { expect, test } from '@jest/globals';
import { UserErrors } from '../../subgraphs/shared/errors.ts';

test('UserErrors say in their message what is wrong', () => {
  const errors = [
    { code: 'INVALID' as const, path: [], message: 'One.' },
    { code: 'LIMIT' as const, path: [], message: 'Two.' },
  ];
  expect(new UserErrors(errors).message).toBe('One. Two.');
});
