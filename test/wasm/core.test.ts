import { afterEach, describe, expect, it } from 'vitest';
import { type CoreBuild, type CoreExports, coreModule, loadCore, probeBuild } from '../../src/wasm/core.ts';
import { LevelMeter } from '../../src/audio/index.ts';

// A key that `CoreExports` lacks, or has and this list lacks, does not compile.
const NAMES: Record<keyof CoreExports, true> = {
  decodeAlaw: true,
  decodeBase64: true,
  decodeMulaw: true,
  ditherBytes: true,
  ditherInit: true,
  dotFour: true,
  encodeAlaw: true,
  encodeBase64: true,
  encodeMulaw: true,
  floatFromPcm16: true,
  heapBase: true,
  init: true,
  loudnessBytes: true,
  loudnessInit: true,
  loudnessMeasure: true,
  loudnessMomentary: true,
  loudnessTruePeak: true,
  meterBytes: true,
  meterClips: true,
  meterFloat: true,
  meterFrames: true,
  meterMeanSquare: true,
  meterPcm16: true,
  meterPeak: true,
  meterReset: true,
  packetizerBytes: true,
  packetizerClear: true,
  packetizerFilled: true,
  packetizerInit: true,
  packetizerPacket: true,
  packetizerPad: true,
  packetizerWrite: true,
  packetizerWriteFloat: true,
  pcm16FromFloat: true,
  pcm16FromFloatDithered: true,
  resamplerBytes: true,
  resamplerDelayFrames: true,
  resamplerDelayInputFrames: true,
  resamplerInit: true,
  resamplerInputFramesNeeded: true,
  resamplerOutputFramesAvailable: true,
  resamplerProcess: true,
  resamplerReset: true,
  transcode: true,
  voiceActivityBytes: true,
  voiceActivityInit: true,
  voiceActivityPush: true,
  voiceActivityStart: true,
  voiceActivityStop: true,
};

describe('the audio core', () => {
  afterEach(() => loadCore('simd'));

  it.each<CoreBuild>(['scalar', 'simd', 'relaxed'])('exports what its type says: %s', async (build) => {
    await loadCore(build);
    const module = coreModule(build);
    expect(
      WebAssembly.Module.exports(module)
        .filter(({ kind }) => kind === 'function')
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(Object.keys(NAMES).toSorted());
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  });

  it('selects the build it was told to, and the fastest with auto', async () => {
    expect(await loadCore('scalar')).toBe('scalar');
    expect(coreModule()).toBe(coreModule('scalar'));
    expect(await loadCore()).toBe(probeBuild());
    expect(coreModule()).toBe(coreModule(probeBuild()));
  });

  it('refuses a build that there is not, and goes on with the one it had', async () => {
    await loadCore('scalar');
    await expect(Reflect.apply(loadCore, undefined, ['bogus'])).rejects.toMatchObject({
      name: 'AudioError',
      code: 'ERR_AUDIO_CORE',
    });
    expect(coreModule()).toBe(coreModule('scalar'));
    expect(new LevelMeter().peak).toBe(0);
  });
});
