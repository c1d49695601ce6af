/**
 * The last text of an assistant's message, spoken or written; `undefined` for any other item. Takes items of the history
 * and of the wire alike.
 */
export function getLastTextFromAudioOutputMessage(item: unknown): string | undefined {
  if (!isRecord(item) || item.type !== 'message' || !Array.isArray(item.content)) return undefined;
  const last: unknown = item.content.at(-1);
  if (!isRecord(last)) return undefined;
  if (last.type === 'output_text' && typeof last.text === 'string') return last.text;
  const isSpoken = last.type === 'output_audio' || last.type === 'audio';
  return isSpoken && typeof last.transcript === 'string' ? last.transcript : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
