import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getLastTextFromAudioOutputMessage } from '../../src/protocol/message-text.ts';

const message = (...content: object[]): object => ({ type: 'message', role: 'assistant', content });

describe('getLastTextFromAudioOutputMessage', () => {
  it.each([
    [message({ type: 'output_audio', transcript: 'spoken' }), 'spoken'],
    [message({ type: 'output_text', text: 'written' }), 'written'],
    [message({ type: 'output_text', text: 'a' }, { type: 'output_audio', transcript: 'b' }), 'b'],
    [message({ type: 'output_audio', transcript: null }), undefined],
    [message({ type: 'input_text', text: 'user' }), undefined],
    [message(), undefined],
    [{ type: 'function_call', name: 'book' }, undefined],
    [null, undefined],
  ])('%j → %j', (item, expected) => {
    expect(getLastTextFromAudioOutputMessage(item)).toBe(expected);
  });

  it('gives text or nothing for any value', () => {
    fc.assert(
      fc.property(fc.anything(), (item) => {
        expect(['string', 'undefined']).toContain(typeof getLastTextFromAudioOutputMessage(item));
      }),
    );
  });
});
