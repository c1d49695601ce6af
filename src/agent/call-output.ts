// What the model reads of a call, and what the app is told of one that failed.

import { InvalidToolInputError, ModelBehaviorError, ToolCallError, ToolTimeoutError } from '../errors.ts';
import { TOOL_FAILED_OUTPUT } from './tool.ts';
import { ToolGuardrailTripwireTriggered } from './tool-guardrail.ts';

/** The model may read what it did wrong itself, but never the text of an exception of the app. */
export function failureOutput(error: unknown): string {
  if (error instanceof InvalidToolInputError) return `${error.message}. Correct them and call again.`;
  if (error instanceof ModelBehaviorError) return 'There is no such tool. Use only the tools you were given.';
  if (error instanceof ToolTimeoutError) return 'The tool took too long and was stopped.';
  return TOOL_FAILED_OUTPUT;
}

/** The error that the app gets. */
export function reportable(error: unknown, toolName: string): Error {
  const isOurs =
    error instanceof ModelBehaviorError ||
    error instanceof ToolTimeoutError ||
    error instanceof ToolGuardrailTripwireTriggered;
  if (isOurs) return error;
  return new ToolCallError(`${toolName} failed: ${error instanceof Error ? error.message : String(error)}`, error);
}

/** A result as text. Throws for what JSON can't hold. */
export function textOf(result: unknown): string {
  if (typeof result === 'string') return result;
  return JSON.stringify(result) ?? '';
}
