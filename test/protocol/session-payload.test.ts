import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientEventSchemas } from '../../src/protocol/client-event-schemas.ts';
import type { SessionConfig } from '../../src/protocol/session-config.ts';
import {
  audioFormat,
  DEFAULT_OPENAI_REALTIME_SESSION_CONFIG,
  mergeSessionPayload,
  sessionPayload,
} from '../../src/protocol/session-payload.ts';

const PCM = { type: 'audio/pcm', rate: 24_000 };

describe('audioFormat', () => {
  it.each([
    ['pcm16', PCM],
    ['g711_ulaw', { type: 'audio/pcmu' }],
    ['g711_alaw', { type: 'audio/pcma' }],
    ['opus', PCM],
    [{ type: 'audio/pcm', rate: Number.NaN }, PCM],
    [{ type: 'audio/pcm', rate: Number.POSITIVE_INFINITY }, PCM],
    [{ type: 'audio/pcma' }, { type: 'audio/pcma' }],
  ] as const)('%j → %j', (given, expected) => {
    expect(audioFormat(given)).toEqual(expected);
  });
});

it.each([0, -1, 7, 1e9, 44_100.5, 16_000])('refuses PCM at %d Hz, which the service would refuse', (rate) => {
  const format = { type: 'audio/pcm' as const, rate };
  const refusal = expect.objectContaining({ name: 'AudioError', code: 'ERR_SAMPLE_RATE' });
  expect(() => audioFormat(format)).toThrow(refusal);
  expect(() => sessionPayload({ audio: { output: { format } } })).toThrow(refusal);
});

describe('sessionPayload', () => {
  const rows: [name: string, config: SessionConfig, expected: object][] = [
    ['says nothing when the configuration says nothing', {}, {}],
    [
      'renames the plain fields',
      {
        model: 'm',
        instructions: 'i',
        parallelToolCalls: false,
        reasoning: { effort: 'low' },
        outputModalities: ['text'],
      },
      {
        model: 'm',
        instructions: 'i',
        parallel_tool_calls: false,
        reasoning: { effort: 'low' },
        output_modalities: ['text'],
      },
    ],
    [
      'maps the new shape of audio',
      {
        audio: {
          input: {
            format: 'g711_ulaw',
            noiseReduction: { type: 'near_field' },
            transcription: { model: 'whisper-1', language: 'de' },
            turnDetection: null,
          },
          output: { format: { type: 'audio/pcma' }, voice: 'marin', speed: 1.2 },
        },
      },
      {
        audio: {
          input: {
            format: { type: 'audio/pcmu' },
            noise_reduction: { type: 'near_field' },
            transcription: { model: 'whisper-1', language: 'de' },
            turn_detection: null,
          },
          output: { format: { type: 'audio/pcma' }, voice: 'marin', speed: 1.2 },
        },
      },
    ],
    [
      'maps the deprecated shape to the same',
      {
        modalities: ['audio'],
        voice: 'cedar',
        inputAudioFormat: 'pcm16',
        outputAudioFormat: 'g711_alaw',
        inputAudioTranscription: { model: 'whisper-1' },
        inputAudioNoiseReduction: null,
        turnDetection: { type: 'server_vad' },
        speed: 0.9,
      },
      {
        output_modalities: ['audio'],
        audio: {
          input: {
            format: PCM,
            noise_reduction: null,
            transcription: { model: 'whisper-1' },
            turn_detection: { type: 'server_vad' },
          },
          output: { format: { type: 'audio/pcma' }, voice: 'cedar', speed: 0.9 },
        },
      },
    ],
    [
      'prefers the new shape where both say something, null included',
      {
        outputModalities: ['text'],
        modalities: ['audio'],
        voice: 'cedar',
        turnDetection: { type: 'server_vad' },
        inputAudioFormat: 'g711_ulaw',
        speed: 2,
        audio: { input: { format: 'pcm16', turnDetection: null }, output: { voice: 'marin' } },
      },
      {
        output_modalities: ['text'],
        audio: { input: { format: PCM, turn_detection: null }, output: { voice: 'marin', speed: 2 } },
      },
    ],
    [
      'writes camel case turn detection in wire names',
      {
        audio: {
          input: {
            turnDetection: {
              type: 'server_vad',
              threshold: 0.4,
              prefixPaddingMs: 200,
              silenceDurationMs: 300,
              idleTimeoutMs: 6000,
              createResponse: false,
              interruptResponse: false,
            },
          },
        },
      },
      {
        audio: {
          input: {
            turn_detection: {
              type: 'server_vad',
              threshold: 0.4,
              prefix_padding_ms: 200,
              silence_duration_ms: 300,
              idle_timeout_ms: 6000,
              create_response: false,
              interrupt_response: false,
            },
          },
        },
      },
    ],
    [
      'keeps turn detection that is in wire names already',
      { turnDetection: { type: 'semantic_vad', eagerness: 'low', create_response: false } },
      { audio: { input: { turn_detection: { type: 'semantic_vad', eagerness: 'low', create_response: false } } } },
    ],
    [
      'finds the type of turn detection by what only one type has',
      { turnDetection: { silenceDurationMs: 300 } },
      { audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 300 } } } },
    ],
    [
      'takes turn detection without a type for the default type',
      { turnDetection: { interruptResponse: false } },
      { audio: { input: { turn_detection: { type: 'semantic_vad', interrupt_response: false } } } },
    ],
    ['ignores turn detection that says nothing', { turnDetection: {} }, {}],
    ['treats null sections of audio as absent', { audio: { input: null, output: null } }, {}],
    [
      'keeps of function tools what the service takes',
      { tools: [{ type: 'function', name: 'book', description: 'd', parameters: { type: 'object' }, strict: true }] },
      { tools: [{ type: 'function', name: 'book', description: 'd', parameters: { type: 'object' } }] },
    ],
    ['says that there are no tools any more', { tools: [] }, { tools: [] }],
    [
      'passes tool servers on',
      { tools: [{ type: 'mcp', server_label: 'desk', server_url: 'https://desk.example', headers: undefined }] },
      { tools: [{ type: 'mcp', server_label: 'desk', server_url: 'https://desk.example' }] },
    ],
    ['passes tool choices on', { toolChoice: 'required' }, { tool_choice: 'required' }],
    ['takes a bare name for a function', { toolChoice: 'book' }, { tool_choice: { type: 'function', name: 'book' } }],
    [
      'renames the id of a prompt',
      { prompt: { promptId: 'pmpt_1', version: '2', variables: { city: 'Graz' } } },
      { prompt: { id: 'pmpt_1', version: '2', variables: { city: 'Graz' } } },
    ],
    [
      'lets provider data have the last word',
      { instructions: 'a', providerData: { instructions: 'b', x: 1 } },
      { instructions: 'b', x: 1 },
    ],
    ['leaves tracing to its own update', { tracing: 'auto' }, {}],
  ];
  it.each(rows)('%s', (_name, config, expected) => {
    expect(sessionPayload(config)).toEqual({ type: 'realtime', ...expected });
  });

  it('gives a payload that the strict schemas of the local server accept', () => {
    const turnDetection = fc.option(
      fc.record(
        {
          createResponse: fc.boolean(),
          interruptResponse: fc.boolean(),
          eagerness: fc.constantFrom('auto' as const, 'low' as const),
        },
        { requiredKeys: [] },
      ),
    );
    const format = fc.constantFrom('pcm16', 'g711_ulaw', 'g711_alaw', 'nonsense');
    const config = fc.record(
      {
        instructions: fc.string(),
        outputModalities: fc.constantFrom<('audio' | 'text')[]>(['audio'], ['text']),
        voice: fc.constantFrom('marin', 'cedar'),
        turnDetection,
        inputAudioFormat: format,
        audio: fc.record({ input: fc.record({ turnDetection }, { requiredKeys: [] }), output: fc.record({ format }) }),
        toolChoice: fc.constantFrom('auto', 'none', 'book'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(config, (given) => {
        const update = { type: 'session.update', session: sessionPayload(given) };
        expect(clientEventSchemas['session.update'].safeParse(update).error).toBeUndefined();
      }),
    );
  });
});

describe('mergeSessionPayload', () => {
  it('keeps what an update does not mention, in audio field by field', () => {
    const first = mergeSessionPayload(
      sessionPayload(DEFAULT_OPENAI_REALTIME_SESSION_CONFIG),
      sessionPayload({ instructions: 'first', voice: 'marin', turnDetection: { type: 'server_vad' } }),
    );
    const second = mergeSessionPayload(first, sessionPayload({ instructions: 'second', turnDetection: null }));
    expect(second).toEqual({
      type: 'realtime',
      instructions: 'second',
      output_modalities: ['audio'],
      audio: {
        input: {
          format: PCM,
          transcription: { model: 'gpt-4o-mini-transcribe' },
          noise_reduction: null,
          turn_detection: null,
        },
        output: { format: PCM, voice: 'marin', speed: 1 },
      },
    });
  });
});
