import { UserError } from '../errors.ts';

/** Plain JSON beside a tool's output: for the app, never for the model. */
export type ToolOutputCustomData = Record<string, unknown>;

/** A copy of what an extractor returned, undefined for nothing. Throws `ERR_TOOL_CUSTOM_DATA` for what JSON can't hold. */
export function customDataOf(value: unknown): ToolOutputCustomData | undefined {
  if (value === undefined || value === null) return undefined;
  const text = typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : undefined;
  if (text === undefined) {
    throw new UserError(`customDataExtractor must return an object of JSON data, got ${typeof value}`, {
      code: 'ERR_TOOL_CUSTOM_DATA',
    });
  }
  const copy = JSON.parse(text) as ToolOutputCustomData;
  return Object.keys(copy).length === 0 ? undefined : copy;
}
