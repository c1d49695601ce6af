import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { setSensitiveDataLoggingEnabled } from '../src/index.ts';
import { ToolCallError } from '../src/errors.ts';
import { logger } from '../src/logger.ts';

const written: unknown[][] = [];
const failure = new ToolCallError('weather failed: key 4711', new Error('key 4711'));

beforeEach(() => {
  written.length = 0;
  vi.spyOn(console, 'error').mockImplementation((...args: unknown[]) => void written.push(args));
});
afterEach(() => {
  setSensitiveDataLoggingEnabled(true);
  vi.restoreAllMocks();
});

test('the log shows what errors carry, until it may not', () => {
  logger.error('a tool failed', failure);
  setSensitiveDataLoggingEnabled(false);
  logger.error('a tool failed', failure);
  logger.error('an odd thing was thrown', 'key 4711');
  logger.error('a plain error', new RangeError('key 4711'));
  expect(written).toEqual([
    ['bargein: a tool failed', failure],
    ['bargein: a tool failed', 'ToolCallError ERR_TOOL_FAILED'],
    ['bargein: an odd thing was thrown', 'string'],
    ['bargein: a plain error', 'RangeError'],
  ]);
});

test('what is no boolean is refused, and hides the details', () => {
  expect(() => setSensitiveDataLoggingEnabled('yes' as never)).toThrow(
    expect.objectContaining({ code: 'ERR_LOGGING' }),
  );
  logger.error('a tool failed', failure);
  expect(written).toEqual([['bargein: a tool failed', 'ToolCallError ERR_TOOL_FAILED']]);
});
