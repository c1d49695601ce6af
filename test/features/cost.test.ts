import { expect, test } from 'vitest';
import { costOf } from '../../src/features/index.ts';
import { Usage } from '../../src/index.ts';

const prices = {
  text: { input: 4, cachedInput: 0.4, output: 16 },
  audio: { input: 32, cachedInput: 0.4, output: 64 },
  image: { input: 5, cachedInput: 0.5 },
};

test('each kind of tokens has its price, and cached ones are part of the input', () => {
  const usage = {
    inputTokens: 1_000_000,
    outputTokens: 300_000,
    totalTokens: 1_300_000,
    inputTokensDetails: {
      text_tokens: 400_000,
      audio_tokens: 500_000,
      image_tokens: 100_000,
      cached_tokens: 300_000,
      cached_text_tokens: 100_000,
      cached_audio_tokens: 200_000,
      cached_image_tokens: 0,
    },
    outputTokensDetails: { text_tokens: 100_000, audio_tokens: 200_000 },
  };
  const cost = costOf(usage, prices);
  expect(cost.input).toBeCloseTo(0.3 * 4 + 0.1 * 0.4 + 0.3 * 32 + 0.2 * 0.4 + 0.1 * 5, 10);
  expect(cost.output).toBeCloseTo(0.1 * 16 + 0.2 * 64, 10);
  expect(cost.total).toBeCloseTo(cost.input + cost.output, 10);
});

test('a total of cached tokens is spread over the kinds; tokens of no kind count as text', () => {
  const usage = {
    inputTokens: 300,
    outputTokens: 10,
    totalTokens: 310,
    inputTokensDetails: { text_tokens: 100, audio_tokens: 100, cached_tokens: 100 },
  };
  const { input, output } = costOf(usage, prices);
  expect(input * 1e6).toBeCloseTo(50 * 4 + 50 * 0.4 + 50 * 32 + 50 * 0.4 + 100 * 4, 8);
  expect(output * 1e6).toBeCloseTo(160, 8);
});

test('a session costs what its responses cost', () => {
  const one = { inputTokens: 10, outputTokens: 20, totalTokens: 30, outputTokensDetails: { audio_tokens: 20 } };
  const two = { inputTokens: 30, outputTokens: 5, totalTokens: 35, inputTokensDetails: { audio_tokens: 30 } };
  const usage = new Usage();
  for (const entry of [one, two]) usage.add(new Usage({ ...entry, requests: 1 }));
  expect(costOf(usage, prices).total).toBeCloseTo(costOf(one, prices).total + costOf(two, prices).total, 12);
});
