import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { typeCheckClientEvents } from './test/browser/commands.ts';
import {
  BARGE_INS_WAV,
  CHROMIUM_FLAGS,
  findChromium,
  MICROPHONE_WAV,
  microphoneFlag,
  PHRASES_WAV,
} from './tools/chromium.ts';

const conditions = ['bargein-source'];
const executablePath = findChromium();

/** A Chromium whose microphone plays a file. */
function browserThatHears(wavPath: string) {
  return {
    enabled: true,
    headless: true,
    screenshotFailures: false,
    commands: { typeCheckClientEvents },
    provider: playwright({ launchOptions: { executablePath, args: [...CHROMIUM_FLAGS, microphoneFlag(wavPath)] } }),
    instances: [{ browser: 'chromium' as const }],
  };
}

/** Sound in real time needs the machine: after all that only computes, one file at a time. */
const inBrowser = { maxWorkers: 1, sequence: { groupOrder: 1 } };
const atTheEnd = { maxWorkers: 1, sequence: { groupOrder: 2 } };

export default defineConfig({
  resolve: { conditions: [...conditions, 'module', 'browser', 'development|production'] },
  ssr: { resolve: { conditions: [...conditions, 'module', 'node', 'development|production'] } },
  // Found late, a dependency would reload the page in the middle of a test.
  optimizeDeps: { include: ['zod', '@openai/agents-realtime', 'audioworklet-polyfill'] },
  server: {
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          // Properties and real sockets share two cores in CI; what hangs is still found.
          testTimeout: 30_000,
          exclude: ['test/browser/**', 'test/types/**', 'test/acceptance/**', 'test/consumers/**'],
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          exclude: ['test/browser/phrases/**', 'test/browser/barge-ins/**'],
          globalSetup: ['test/browser/local-server.ts'],
          ...inBrowser,
          browser: browserThatHears(MICROPHONE_WAV),
        },
      },
      {
        extends: true,
        test: {
          // A browser of its own, because a browser has one microphone.
          name: 'browser-phrases',
          include: ['test/browser/phrases/**/*.test.ts'],
          globalSetup: ['test/browser/phrases/phrases-server.ts'],
          ...inBrowser,
          browser: browserThatHears(PHRASES_WAV),
        },
      },
      {
        extends: true,
        test: {
          // Likewise.
          name: 'browser-barge-ins',
          include: ['test/browser/barge-ins/**/*.test.ts'],
          globalSetup: ['test/browser/barge-ins/barge-ins-server.ts'],
          ...inBrowser,
          browser: browserThatHears(BARGE_INS_WAV),
        },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: 'test/tsconfig.json',
          },
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          // Packs the package and builds apps out of it.
          name: 'consumers',
          include: ['test/consumers/*.test.ts'],
          globalSetup: ['test/consumers/built-apps.ts'],
          testTimeout: 60_000,
          ...atTheEnd,
        },
      },
      {
        extends: true,
        test: {
          // Runs the built demo and reads its artefacts back; it needs the machine in real time.
          name: 'acceptance',
          include: ['test/acceptance/**/*.test.ts'],
          globalSetup: ['test/acceptance/quick-starts/packed.ts'],
          testTimeout: 180_000,
          ...atTheEnd,
        },
      },
    ],
  },
});
