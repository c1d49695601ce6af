import { expect, test } from 'vitest';
import { loadedCode } from '../src/lazy-code.ts';
import { TransportConnectionError } from '../src/errors.ts';

test('code that can not be loaded is a typed error with its cause, and the next call tries again', async () => {
  const cause = new TypeError('Failed to fetch dynamically imported module');
  const loads = [Promise.reject(cause), Promise.resolve('code')];
  const load = async (): Promise<string> => (await loads.shift()) ?? 'none';
  const failed = (message: string, reason: unknown): TransportConnectionError =>
    new TransportConnectionError(message, { code: 'ERR_CONNECT_FAILED', cause: reason });
  await expect(loadedCode('calls', load, failed)).rejects.toMatchObject({ code: 'ERR_CONNECT_FAILED', cause });
  await expect(loadedCode('calls', load, failed)).resolves.toBe('code');
});
