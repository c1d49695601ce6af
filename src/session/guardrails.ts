// Output guardrails read along while the agent speaks: each has one run in flight for each response, over its text so far,
// and waits for no other. The first that trips ends the reading of that response.

import type { Guardrails, GuardedText, GuardrailReading, LiveResponse } from './state.ts';

/** The model said more; `count` guardrails read it. */
export function transcriptGrew(
  guardrails: Guardrails,
  response: LiveResponse,
  count: number,
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
    readings: Array.from({ length: count }, () => ({ checkedLength: 0, runId: null })),
    isComplete: false,
    hasTripped: false,
  };
  return { texts: [...guardrails.texts, begun] };
}

/** Whether the model has said anything in a response that has not ended. */
export function hasText(guardrails: Guardrails, responseId: string): boolean {
  return findText(guardrails, responseId) !== undefined;
}

/** The response is done: the rest of its text is due, however short. */
export function responseEnded(guardrails: Guardrails, responseId: string): Guardrails {
  const text = findText(guardrails, responseId);
  return text === undefined ? guardrails : update(guardrails, { ...text, isComplete: true });
}

/** Responses were interrupted: no run begins for them any more, those in flight still count. */
export function responsesCancelled(guardrails: Guardrails, responseIds: readonly string[]): Guardrails {
  if (!guardrails.texts.some((text) => responseIds.includes(text.responseId))) return guardrails;
  const closed = guardrails.texts.map((text) => {
    if (!responseIds.includes(text.responseId)) return text;
    const readings = text.readings.map((reading) => ({ ...reading, checkedLength: text.text.length }));
    return { ...text, isComplete: true, readings };
  });
  return { texts: closed.filter(isOpen) };
}

/** A run that is due: which guardrail reads which text. */
export interface DueRun {
  readonly text: GuardedText;
  readonly guardrail: number;
}

/** The next run that is due, if any. `debounceLength`: new characters between two runs, -1 for once at the end. */
export function dueRun(guardrails: Guardrails, debounceLength: number): DueRun | undefined {
  for (const text of guardrails.texts) {
    if (text.hasTripped) continue;
    const guardrail = text.readings.findIndex(({ runId, checkedLength }) => {
      const newLength = text.text.length - checkedLength;
      if (runId !== null || newLength === 0) return false;
      return text.isComplete || (debounceLength >= 0 && newLength >= debounceLength);
    });
    if (guardrail >= 0) return { text, guardrail };
  }
  return undefined;
}

/** A run begins over all of the text so far. */
export function runStarted(guardrails: Guardrails, { text, guardrail }: DueRun, runId: string): Guardrails {
  const readings = text.readings.with(guardrail, { runId, checkedLength: text.text.length });
  return update(guardrails, { ...text, readings });
}

/** The text that a run reads; `undefined` when the run is none of ours any more. */
export function findRun(guardrails: Guardrails, runId: string): GuardedText | undefined {
  return guardrails.texts.find((text) => text.readings.some((reading) => reading.runId === runId));
}

/** A run is over. */
export function runSettled(guardrails: Guardrails, text: GuardedText, runId: string, hasTripped: boolean): Guardrails {
  const readings = text.readings.map((reading) => (reading.runId === runId ? { ...reading, runId: null } : reading));
  return update(guardrails, { ...text, readings, hasTripped: text.hasTripped || hasTripped });
}

/** Whoever was reading has gone: the texts are read again. */
export function runsLost(guardrails: Guardrails): Guardrails {
  const texts = guardrails.texts.map((text) => ({
    ...text,
    readings: text.readings.map((reading) => (reading.runId === null ? reading : { checkedLength: 0, runId: null })),
  }));
  return { texts };
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

/** A tripped text stays while its response goes on, so that it can't begin anew and trip again. */
function isOpen(text: GuardedText): boolean {
  if (!text.isComplete) return true;
  const isUnread = ({ checkedLength }: GuardrailReading): boolean =>
    !text.hasTripped && text.text.length > checkedLength;
  return text.readings.some((reading) => reading.runId !== null || isUnread(reading));
}
