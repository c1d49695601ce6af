// Output guardrails read along while the agent speaks: one run in flight for each response, over its text so far.

import type { Guardrails, GuardedText, LiveResponse } from './state.ts';

/** The model said more. */
export function transcriptGrew(
  guardrails: Guardrails,
  response: LiveResponse,
  itemId: string,
  delta: string,
): Guardrails {
  const { responseId, agentName } = response;
  const known = findText(guardrails, responseId);
  if (known !== undefined) return update(guardrails, { ...known, itemId, text: known.text + delta });
  const begun: GuardedText = {
    responseId,
    agentName,
    itemId,
    text: delta,
    checkedLength: 0,
    runId: null,
    isComplete: false,
    hasTripped: false,
  };
  return { texts: [...guardrails.texts, begun] };
}

/** The response is done: the rest of its text is due, however short. */
export function responseEnded(guardrails: Guardrails, responseId: string): Guardrails {
  const text = findText(guardrails, responseId);
  return text === undefined ? guardrails : update(guardrails, { ...text, isComplete: true });
}

/** Responses were interrupted: no run begins for them any more, one in flight still counts. */
export function responsesCancelled(guardrails: Guardrails, responseIds: readonly string[]): Guardrails {
  if (!guardrails.texts.some((text) => responseIds.includes(text.responseId))) return guardrails;
  const closed = guardrails.texts.map((text) =>
    responseIds.includes(text.responseId) ? { ...text, isComplete: true, checkedLength: text.text.length } : text,
  );
  return { texts: closed.filter(isOpen) };
}

/** The text whose next run is due, if any. `debounceLength`: new characters between two runs, -1 for once at the end. */
export function dueText(guardrails: Guardrails, debounceLength: number): GuardedText | undefined {
  return guardrails.texts.find((text) => {
    const newLength = text.text.length - text.checkedLength;
    if (text.runId !== null || text.hasTripped || newLength === 0) return false;
    return text.isComplete || (debounceLength >= 0 && newLength >= debounceLength);
  });
}

/** A run begins over all of the text so far. */
export function runStarted(guardrails: Guardrails, due: GuardedText, runId: string): Guardrails {
  return update(guardrails, { ...due, runId, checkedLength: due.text.length });
}

/** The text that a run reads; `undefined` when the run is none of ours any more. */
export function findRun(guardrails: Guardrails, runId: string): GuardedText | undefined {
  return guardrails.texts.find((text) => text.runId === runId);
}

/** A run is over. */
export function runSettled(guardrails: Guardrails, text: GuardedText, hasTripped: boolean): Guardrails {
  return update(guardrails, { ...text, runId: null, hasTripped });
}

/** Forgets the texts of responses that are themselves forgotten. */
export function forgetTexts(guardrails: Guardrails, rememberedIds: readonly string[]): Guardrails {
  return { texts: guardrails.texts.filter((text) => rememberedIds.includes(text.responseId)) };
}

function findText(guardrails: Guardrails, responseId: string): GuardedText | undefined {
  return guardrails.texts.find((text) => text.responseId === responseId);
}

/** Replaces a text, or drops it when nothing is left to read. */
function update(guardrails: Guardrails, changed: GuardedText): Guardrails {
  const texts = guardrails.texts.map((text) => (text.responseId === changed.responseId ? changed : text));
  return { texts: texts.filter(isOpen) };
}

function isOpen(text: GuardedText): boolean {
  if (!text.isComplete || text.runId !== null) return true;
  return !text.hasTripped && text.text.length > text.checkedLength;
}
